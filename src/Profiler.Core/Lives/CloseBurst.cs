using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>Closes that belong together, by a process that lives on; in sequence or in parallel.</summary>
/// <param name="releases">In order of their begins; at least one.</param>
/// <param name="endNs">See <see cref="EndNs"/>.</param>
internal sealed class CloseBurst(List<Operation> releases, long endNs)
{
    /// <summary>
    /// Closes with a longer pause between them are separate, for example two devices that are unplugged one after the other. A loop
    /// over devices is much faster.
    /// </summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(1);

    /// <summary>In order of their begins.</summary>
    public List<Operation> Releases => releases;

    /// <summary>
    /// The end of its last release, or of what that caused: the last close of a container unmaps the memory. CLOCK_MONOTONIC.
    /// </summary>
    public long EndNs { get; private set; } = endNs;

    /// <summary>Its begin, CLOCK_MONOTONIC.</summary>
    public long StartNs => Releases[0].Time.StartNs;

    /// <summary>Splits releases where the process paused.</summary>
    /// <param name="releases">Of one process.</param>
    /// <param name="parts">Parts of its teardown.</param>
    /// <param name="beforeNs">Parts that begin at this time or later have another cause.</param>
    public static List<CloseBurst> Split(IEnumerable<Operation> releases, IEnumerable<TeardownPart> parts, long beforeNs)
    {
        var bursts = new List<CloseBurst>();
        IEnumerable<(Interval Time, Operation? Release)> spans = releases.Select(r => (r.Time, (Operation?)r))
            .Concat(parts.Where(p => IsCaused(p) && p.Time.StartNs < beforeNs).Select(p => (p.Time, (Operation?)null)));
        foreach ((Interval time, Operation? release) in spans.OrderBy(s => s.Time.StartNs))
            Add(bursts, time, release);
        return bursts;
    }

    /// <summary>Adds a release or a part of the teardown to the burst that it follows, else a release to a new one.</summary>
    /// <param name="bursts">In order of time.</param>
    /// <param name="time">Begins after the begin of what was added before.</param>
    /// <param name="release">Null for a part.</param>
    public static void Add(List<CloseBurst> bursts, Interval time, Operation? release)
    {
        bool follows = bursts.Count > 0 && time.StartNs - bursts[^1].EndNs <= (long)Gap.TotalNanoseconds;
        if (!follows && release is null)
            return;
        if (!follows)
            bursts.Add(new CloseBurst([], time.EndNs));
        CloseBurst burst = bursts[^1];
        if (release is not null)
            burst.Releases.Add(release);
        burst.EndNs = Math.Max(burst.EndNs, time.EndNs);
    }

    /// <summary>The part may follow from a close.</summary>
    public static bool IsCaused(TeardownPart part) => part.Step is TeardownStep.Iommu or TeardownStep.Kvm;
}
