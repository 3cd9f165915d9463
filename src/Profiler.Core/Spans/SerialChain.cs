using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The best case in parallel: how fast releases could be.</summary>
public static class SerialChain
{
    /// <summary>What limits the best case in parallel: "shared locks", or "the slowest device".</summary>
    /// <param name="longestNs">Of the longest chain, see <see cref="LongestNs"/>.</param>
    /// <param name="slowestNs">Of the longest release, without its lock waits.</param>
    public static string LimitOf(long longestNs, long slowestNs) => longestNs > slowestNs ? "shared locks" : "the slowest device";

    /// <summary>
    /// The longest chain of releases that must wait for each other, nanoseconds: devices that share a lock are released one after
    /// another, all others in parallel. Devices share a lock if they are in one dev_set or IOMMU group, or if one waited for another
    /// lock that was held during a reset. Never more than the releases took: the end of a release, after it unlocked, overlaps with
    /// the next one.
    /// </summary>
    /// <param name="releases">May be empty; then the result is 0.</param>
    public static long LongestNs(IReadOnlyList<Operation> releases) => releases.Count == 0 ? 0 : Math.Min(
        Interval.UnionNs(releases.Select(r => r.Time)),
        Chains(releases).Max(chain => chain.Sum(r => r.Time.DurationNs - r.LockWaitNs)));

    /// <summary>The releases, grouped into chains that cannot run in parallel.</summary>
    public static IEnumerable<IGrouping<int, Operation>> Chains(IReadOnlyList<Operation> releases)
    {
        int[] chainOf = [.. Enumerable.Range(0, releases.Count)];
        var held = new ReleaseIndex(releases);
        // Waits for one lock, which are in one chain, share their holders.
        var joined = new HashSet<Holder>(ReferenceEqualityComparer.Instance);
        var firstWith = new Dictionary<ulong, int>();
        for (int i = 0; i < releases.Count; i++)
        {
            foreach (ulong address in Locks(releases[i]))
                Join(chainOf, firstWith.TryAdd(address, i) ? i : firstWith[address], i);
            foreach (LockWait wait in releases[i].LockWaits)
            {
                foreach (Holder holder in wait.Holders)
                {
                    if (holder.ResetNs == 0 || joined.Contains(holder) || held.During(holder, wait.Time) is not { } other)
                        continue;
                    Join(chainOf, other, i);
                    if (wait.Lock != 0 && held.IsOnly(holder))
                        joined.Add(holder);
                }
            }
        }
        return Enumerable.Range(0, releases.Count).GroupBy(i => Root(chainOf, i), i => releases[i]);
    }

    private static IEnumerable<ulong> Locks(Operation release) =>
        release.LockWaits
            // A lock that is not held during a reset does not prevent resets in parallel.
            .Where(w => w.Kind != LockKind.Other || w.Holders.Any(h => h.ResetNs > 0))
            .Select(w => w.Lock).Append(release.Lock).Where(address => address != 0);

    private static int Root(int[] chainOf, int i)
    {
        while (chainOf[i] != i)
            i = chainOf[i] = chainOf[chainOf[i]];
        return i;
    }

    private static void Join(int[] chainOf, int a, int b) =>
        chainOf[Math.Max(Root(chainOf, a), Root(chainOf, b))] = Math.Min(Root(chainOf, a), Root(chainOf, b));
}
