namespace Profiler.Core.Spans;

/// <summary>How fast releases could be.</summary>
public static class SerialChain
{
    /// <summary>
    /// Devices that share a lock (a dev_set) one after another without waiting, everything else side by
    /// side: the longest such chain, nanoseconds. Never more than they took: what a release does after it
    /// gave the lock back overlaps with the next one.
    /// </summary>
    /// <param name="releases">At least one.</param>
    public static long LongestNs(IReadOnlyCollection<Operation> releases) => Math.Min(
        Interval.UnionNs(releases.Select(r => r.Time)),
        releases.GroupBy(r => r.Lock == 0 ? (object)r : r.Lock).Max(chain => chain.Sum(r => r.Time.DurationNs - r.LockWaitNs)));
}
