using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Histograms;

/// <summary>Figures of one lock.</summary>
/// <param name="Address">Address of the mutex.</param>
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

    private readonly BoundedTally<ulong, LockFigures> _locks = new(capacity);

    public void Record(Operation operation)
    {
        // A dev_set's lock is kept before the first wait: it shows which devices share it.
        if (operation.Lock != 0)
            Update(operation.Lock, LockKind.DevSet, operation.Device, null);
        foreach (LockWait wait in operation.LockWaits)
            Update(wait.Lock, wait.Lock == operation.Lock ? LockKind.DevSet : wait.Kind, operation.Device, wait);
    }

    public Tally<LockFigures> Snapshot() => _locks.Snapshot();

    private void Update(ulong address, LockKind kind, string device, LockWait? wait)
    {
        LockFigures figures = _locks[address]
            ?? new LockFigures(address, kind, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), 0, 0, 0, null);
        ImmutableSortedSet<string> devices = figures.Devices.Count < capacity ? figures.Devices.Add(device) : figures.Devices;
        if (wait is null)
        {
            _locks.Set(address, devices == figures.Devices ? figures : figures with { Devices = devices });
            return;
        }
        bool longest = wait.Time.DurationNs > figures.LongestNs;
        _locks.Set(address, figures with
        {
            Devices = devices,
            Kind = figures.Kind == LockKind.Other ? kind : figures.Kind,
            Waits = figures.Waits + 1,
            SumNs = figures.SumNs + wait.Time.DurationNs,
            LongestNs = Math.Max(figures.LongestNs, wait.Time.DurationNs),
            Holder = longest ? LongestHolder(wait) : figures.Holder,
        });
    }

    private static Holder? LongestHolder(LockWait wait)
    {
        Holder? longest = null;
        foreach (Holder holder in wait.Holders)
        {
            if (holder.Task is not null && (longest is null || holder.Ns > longest.Ns))
                longest = holder;
        }
        return longest;
    }
}
