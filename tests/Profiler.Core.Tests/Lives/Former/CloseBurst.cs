using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Lives.Former;

/// <summary>Closes that belong together, by a process that lives on; in sequence or in parallel.</summary>
/// <param name="Releases">In order of their begins; at least one.</param>
/// <param name="EndNs">
/// The end of its last release, or of what that caused: the last close of a container unmaps the memory.
/// </param>
internal sealed record CloseBurst(List<Operation> Releases, long EndNs)
{
    /// <summary>
    /// Closes with a longer pause between them are separate, for example two devices that are unplugged one after the other. A loop
    /// over devices is much faster.
    /// </summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(1);

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
            .Concat(parts.Where(p => p.Step is TeardownStep.Iommu or TeardownStep.Kvm && p.Time.StartNs < beforeNs).Select(p => (p.Time, (Operation?)null)));
        foreach ((Interval time, Operation? release) in spans.OrderBy(s => s.Time.StartNs))
        {
            bool follows = bursts.Count > 0 && time.StartNs - bursts[^1].EndNs <= (long)Gap.TotalNanoseconds;
            if (!follows && release is null)
                continue;
            if (!follows)
                bursts.Add(new CloseBurst([], time.EndNs));
            if (release is not null)
                bursts[^1].Releases.Add(release);
            bursts[^1] = bursts[^1] with { EndNs = Math.Max(bursts[^1].EndNs, time.EndNs) };
        }
        return bursts;
    }
}
