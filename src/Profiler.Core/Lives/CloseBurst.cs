using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>Closes that belong together: by a process that lives on, one after another or side by side.</summary>
/// <param name="Releases">In order of their begins; at least one.</param>
/// <param name="EndNs">
/// When it is over: with its last release, or with what followed from it, as the last user of a container has the memory
/// unmapped.
/// </param>
internal sealed record CloseBurst(List<Operation> Releases, long EndNs)
{
    /// <summary>
    /// Closes with more time than this between them, in which nothing is done, are two events: two devices unplugged one
    /// after the other, say. A loop over devices takes far less from one to the next.
    /// </summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(1);

    /// <summary>When it began.</summary>
    public long StartNs => Releases[0].Time.StartNs;

    /// <summary>Splits releases where nothing happened for long.</summary>
    /// <param name="releases">Of one process.</param>
    /// <param name="parts">What else it did.</param>
    /// <param name="beforeNs">A part that began at this time or later has another cause.</param>
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
