using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Histograms;

/// <summary>Figures of one lock.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Kind">Its kind, as far as known.</param>
/// <param name="Devices">The devices that need it, by address.</param>
/// <param name="Waits">Number of waits.</param>
/// <param name="SumNs">Sum of all waits, nanoseconds.</param>
/// <param name="LongestNs">The longest wait, nanoseconds; 0 if there was none.</param>
/// <param name="Holder">The holder for most of the longest wait; null if there was no wait, or it is unknown.</param>
public sealed record LockFigures(
    ulong Address, LockKind Kind, ImmutableSortedSet<string> Devices, long Waits, long SumNs, long LongestNs, Holder? Holder);

/// <summary>Figures by lock. Bounded: the lock that was quiet for the longest time is evicted. Single-threaded.</summary>
/// <param name="capacity">Maximum number of locks, and of devices of each.</param>
public sealed class LockStatistics(int capacity = LockStatistics.Capacity)
{
    public const int Capacity = 4096;

    private readonly BoundedTally<ulong, Totals, LockFigures> _locks = new(capacity, address => new Totals(address, capacity));

    public void Record(Operation operation)
    {
        // A dev_set's lock is kept before the first wait: it shows which devices share it.
        if (operation.Lock != 0)
            _locks[operation.Lock].Add(operation.Device);
        foreach (LockWait wait in operation.LockWaits)
            _locks[wait.Lock].Add(wait, wait.Lock == operation.Lock ? LockKind.DevSet : wait.Kind, operation.Device);
    }

    public Tally<LockFigures> Snapshot() => _locks.Snapshot();

    private sealed class Totals(ulong address, int capacity) : ITotals<LockFigures>
    {
        private readonly HashSet<string> _devices = [];
        private LockKind? _kind;
        private long _waits, _sumNs, _longestNs;
        private LockWait? _longest;

        public void Add(string device)
        {
            _kind ??= LockKind.DevSet;
            if (_devices.Count < capacity)
                _devices.Add(device);
        }

        public void Add(LockWait wait, LockKind kind, string device)
        {
            long ns = wait.Time.DurationNs;
            _kind = _kind is null or LockKind.Other ? kind : _kind;
            Add(device);
            if (ns > _longestNs)
                (_longestNs, _longest) = (ns, wait);
            (_waits, _sumNs) = (_waits + 1, _sumNs + ns);
        }

        public LockFigures Figures() => new(
            address, _kind ?? LockKind.Other, _devices.ToImmutableSortedSet(StringComparer.Ordinal), _waits, _sumNs, _longestNs, LongestHolder(_longest));
    }

    private static Holder? LongestHolder(LockWait? wait)
    {
        Holder? longest = null;
        if (wait is null)
            return null;
        foreach (Holder holder in wait.Holders)
        {
            if (holder.Task is not null && (longest is null || holder.Ns > longest.Ns))
                longest = holder;
        }
        return longest;
    }
}
