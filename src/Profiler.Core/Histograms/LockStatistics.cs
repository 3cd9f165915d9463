using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Histograms;

/// <summary>What is known of one lock.</summary>
/// <param name="Address">The mutex.</param>
/// <param name="Kind">Whose it is, as far as known.</param>
/// <param name="Devices">Those that need it, by address.</param>
/// <param name="Waits">How often somebody waited for it.</param>
/// <param name="SumNs">All waits together.</param>
/// <param name="LongestNs">The longest wait; 0 if there was none.</param>
/// <param name="Holder">Who had it for most of that; null if nobody waited, or nobody knows.</param>
public sealed record LockFigures(
    ulong Address, LockKind Kind, ImmutableSortedSet<string> Devices, long Waits, long SumNs, long LongestNs, Holder? Holder);

/// <summary>Counts waits by lock; of at most <see cref="Capacity"/> locks, each with as many devices. Single-threaded.</summary>
/// <param name="capacity">How many locks are kept.</param>
public sealed class LockStatistics(int capacity = LockStatistics.Capacity)
{
    public const int Capacity = 4096;

    private readonly BoundedTally<ulong, LockFigures> _locks = new(capacity);

    public void Record(Operation operation)
    {
        // A dev_set's lock is worth a line before anybody waits for it: it tells which devices might.
        if (operation.Lock != 0)
            Update(operation.Lock, LockKind.DevSet, operation.Device, null);
        foreach (LockWait wait in operation.LockWaits)
            Update(wait.Lock, wait.Lock == operation.Lock ? LockKind.DevSet : wait.Kind, operation.Device, wait);
    }

    public Tally<LockFigures> Snapshot() => _locks.Snapshot();

    private void Update(ulong address, LockKind kind, string device, LockWait? wait) => _locks.Update(address, so =>
    {
        so ??= new LockFigures(address, kind, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), 0, 0, 0, null);
        if (so.Devices.Count < capacity)
            so = so with { Devices = so.Devices.Add(device) };
        if (wait is null)
            return so;
        bool longest = wait.Time.DurationNs > so.LongestNs;
        return so with
        {
            Kind = so.Kind == LockKind.Other ? kind : so.Kind,
            Waits = so.Waits + 1,
            SumNs = so.SumNs + wait.Time.DurationNs,
            LongestNs = Math.Max(so.LongestNs, wait.Time.DurationNs),
            Holder = longest ? wait.Holders.Where(h => h.Task is not null).MaxBy(h => h.Ns) : so.Holder,
        };
    });
}
