using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>How fast releases could be.</summary>
public static class SerialChain
{
    /// <summary>
    /// Devices that share a lock one after another without waiting, everything else side by side: the longest
    /// such chain, nanoseconds. They share a lock if they are of one dev_set or IOMMU group, or if one waited for
    /// another lock that was held across a reset. Never more than they took: what a release does after it gave the lock
    /// back overlaps with the next one.
    /// </summary>
    /// <param name="releases">May be empty: then 0.</param>
    public static long LongestNs(IReadOnlyList<Operation> releases) => releases.Count == 0 ? 0 : Math.Min(
        Interval.UnionNs(releases.Select(r => r.Time)),
        Chains(releases).Max(chain => chain.Sum(r => r.Time.DurationNs - r.LockWaitNs)));

    /// <summary>The releases, grouped by what they cannot do side by side.</summary>
    public static IEnumerable<IGrouping<int, Operation>> Chains(IReadOnlyList<Operation> releases)
    {
        int[] chainOf = [.. Enumerable.Range(0, releases.Count)];
        var firstWith = new Dictionary<ulong, int>();
        for (int i = 0; i < releases.Count; i++)
        {
            foreach (ulong address in Locks(releases[i]))
                Join(chainOf, firstWith.TryAdd(address, i) ? i : firstWith[address], i);
            foreach (LockWait wait in releases[i].LockWaits)
            {
                foreach (Holder holder in wait.Holders.Where(h => h.ResetNs > 0))
                {
                    int other = HeldBy(releases, holder, wait);
                    if (other >= 0)
                        Join(chainOf, other, i);
                }
            }
        }
        return Enumerable.Range(0, releases.Count).GroupBy(i => Root(chainOf, i), i => releases[i]);
    }

    private static IEnumerable<ulong> Locks(Operation release) =>
        release.LockWaits
            // A lock that is held for moments only keeps nobody from resetting at the same time.
            .Where(w => w.Kind != LockKind.Other || w.Holders.Any(h => h.ResetNs > 0))
            .Select(w => w.Lock).Append(release.Lock).Where(address => address != 0);

    private static int HeldBy(IReadOnlyList<Operation> releases, Holder holder, LockWait wait)
    {
        for (int i = 0; i < releases.Count; i++)
        {
            if (releases[i].Task.Tid == holder.Task?.Tid && releases[i].Device == holder.Device &&
                releases[i].Time.OverlapNs(wait.Time) > 0)
                return i;
        }
        return -1;
    }

    private static int Root(int[] chainOf, int i)
    {
        while (chainOf[i] != i)
            i = chainOf[i];
        return i;
    }

    private static void Join(int[] chainOf, int a, int b) =>
        chainOf[Math.Max(Root(chainOf, a), Root(chainOf, b))] = Math.Min(Root(chainOf, a), Root(chainOf, b));
}
