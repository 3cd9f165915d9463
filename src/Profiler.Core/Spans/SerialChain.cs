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
    /// <param name="releases">In the order of their begins. May be empty; then the result is 0.</param>
    public static long LongestNs(ReadOnlySpan<Operation> releases)
    {
        using var chains = new Chains(releases);
        return Math.Min(Interval.UnionNs(releases, static r => r.Time), chains.LongestNs());
    }

    /// <summary>The releases, grouped into chains that cannot run in parallel.</summary>
    private ref struct Chains
    {
        private readonly ReadOnlySpan<Operation> _releases;
        private Scratch<int> _chainOf = new(); // another release of the chain; the first one has itself

        public Chains(ReadOnlySpan<Operation> releases)
        {
            _releases = releases;
            for (int i = 0; i < releases.Length; i++)
                _chainOf.Add(i);
            JoinLocks();
            JoinHolders();
        }

        public readonly long LongestNs()
        {
            using var sums = new Scratch<long>();
            for (int i = 0; i < _releases.Length; i++)
                sums.Add(0);
            for (int i = 0; i < _releases.Length; i++)
                sums.Items[Root(i)] += _releases[i].Time.DurationNs - _releases[i].LockWaitNs;
            long longest = 0;
            foreach (long sum in sums.Items)
                longest = Math.Max(longest, sum);
            return longest;
        }

        public readonly void Dispose() => _chainOf.Dispose();

        // Those that need the same lock.
        private readonly void JoinLocks()
        {
            using var locks = new Scratch<ulong>();
            using var users = new Scratch<int>();
            for (int i = 0; i < _releases.Length; i++)
            {
                Operation release = _releases[i];
                if (release.Lock != 0)
                {
                    locks.Add(release.Lock);
                    users.Add(i);
                }
                foreach (LockWait wait in release.LockWaits)
                {
                    // A lock that is not held during a reset does not prevent resets in parallel.
                    if (wait.Lock == 0 || wait.Lock == release.Lock || (wait.Kind is LockKind.Other or LockKind.Rwsem && !IsHeldDuringReset(wait)))
                        continue;
                    locks.Add(wait.Lock);
                    users.Add(i);
                }
            }
            locks.Items.Sort(users.Items);
            for (int i = 1; i < locks.Count; i++)
            {
                if (locks.Items[i - 1] == locks.Items[i])
                    Join(users.Items[i - 1], users.Items[i]);
            }
        }

        // Those that waited for a reset of another one.
        private readonly void JoinHolders()
        {
            ReleaseIndex? held = null;
            // Waits for one lock, which are in one chain, share their holders.
            var once = new HoldersOnce();
            for (int i = 0; i < _releases.Length; i++)
            {
                foreach (LockWait wait in _releases[i].LockWaits)
                {
                    bool sameForAll = wait.Lock != 0;
                    foreach (Holder holder in once.Of(wait))
                    {
                        if (holder.ResetNs == 0)
                            continue;
                        held ??= new ReleaseIndex(_releases);
                        int? other = held.During(holder, wait.Time);
                        if (other is not null)
                            Join(other.Value, i);
                        sameForAll = sameForAll && other is not null && held.IsOnly(holder);
                    }
                    if (sameForAll)
                        once.Add(wait);
                }
            }
            held?.Dispose();
        }

        private static bool IsHeldDuringReset(LockWait wait)
        {
            foreach (Holder holder in wait.Holders)
            {
                if (holder.ResetNs > 0)
                    return true;
            }
            return false;
        }

        private readonly int Root(int i)
        {
            Span<int> chainOf = _chainOf.Items;
            while (chainOf[i] != i)
                i = chainOf[i] = chainOf[chainOf[i]];
            return i;
        }

        private readonly void Join(int a, int b)
        {
            (a, b) = (Root(a), Root(b));
            _chainOf.Items[Math.Max(a, b)] = Math.Min(a, b);
        }
    }
}
