using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Spans.Former;

/// <summary>A thread that holds a lock, and what it does with it.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Process">The name of its process, or of the thread if that is unknown.</param>
/// <param name="Device">The device that it releases, opens or resets; null if it does something else.</param>
internal sealed record LockHolder(TaskId Task, string Process, string? Device, long? OperationNs);

/// <summary>
/// The holders of each lock while others wait for it. The kernel names the holder when a wait begins. After that, each end of a
/// wait names the next holder, and so does a release that resets its device, because it holds the lock then. A thread that takes
/// the lock in between without waiting or resetting is not seen: its time counts for the holder before it.
/// </summary>
internal sealed class LockLedger
{
    private sealed record Turn(long FromNs, LockHolder? Holder)
    {
        public List<Interval> Resets { get; } = [];
    }

    private sealed class Wait(ulong lockAddress, LockKind kind, bool? asWriter, long fromNs)
    {
        public ulong Lock { get; } = lockAddress;

        public LockKind Kind { get; } = kind;

        public bool? AsWriter { get; } = asWriter;

        public long FromNs { get; } = fromNs;

        public List<Turn> Turns { get; } = [];
    }

    // There are few waiters, as many as threads that release at the same time: a dictionary by lock would not pay.
    private readonly Dictionary<int, Wait> _waits = [];

    /// <summary>The lock that a thread waits for, since when, and its holder; null if it does not wait.</summary>
    public (ulong Lock, long SinceNs, LockHolder? Holder)? Current(int tid) =>
        _waits.TryGetValue(tid, out Wait? wait) ? (wait.Lock, wait.FromNs, wait.Turns[^1].Holder) : null;

    /// <summary>A thread begins to wait.</summary>
    /// <returns>False if the end of its previous wait was lost.</returns>
    public bool Begin(int tid, ulong lockAddress, LockKind kind, bool? asWriter, LockHolder? holder, long timeNs)
    {
        var wait = new Wait(lockAddress, kind, asWriter, timeNs);
        wait.Turns.Add(new Turn(timeNs, holder));
        bool clean = !_waits.ContainsKey(tid);
        _waits[tid] = wait;
        return clean;
    }

    /// <summary>A thread got the lock that it waited for; null if the begin of its wait was lost.</summary>
    public LockWait? End(LockHolder holder, ulong lockAddress, long timeNs, int? stack)
    {
        bool reads = _waits.GetValueOrDefault(holder.Task.Tid) is { AsWriter: false } own && own.Lock == lockAddress;
        foreach (Wait other in _waits.Values)
        {
            if (other.Lock == lockAddress)
                other.Turns.Add(new Turn(timeNs, reads ? null : holder));
        }
        if (!_waits.Remove(holder.Task.Tid, out Wait? wait) || wait.Lock != lockAddress)
            return null;
        var time = new Interval(wait.FromNs, timeNs);
        return new LockWait(lockAddress, wait.Kind, time, [.. Holders(wait.Turns, time.StartNs, time.EndNs)], stack) { AsWriter = wait.AsWriter };
    }

    /// <summary>A thread does what only the holder of a lock can do.</summary>
    public void Holds(LockHolder holder, ulong lockAddress, long timeNs)
    {
        foreach (Wait wait in _waits.Values)
        {
            if (wait.Lock == lockAddress && wait.Turns[^1].Holder?.Task.Tid != holder.Task.Tid)
                wait.Turns.Add(new Turn(timeNs, holder));
        }
    }

    /// <summary>A thread has reset a device: waits for locks that it held meanwhile were waits for this reset.</summary>
    public void WasResetting(int tid, Interval time)
    {
        foreach (Wait wait in _waits.Values)
            wait.Turns.FindLast(t => t.Holder?.Task.Tid == tid)?.Resets.Add(time);
    }

    /// <summary>The thread does not wait any more; true if it did.</summary>
    public bool Remove(int tid) => _waits.Remove(tid);

    private static ImmutableArray<Holder> Holders(List<Turn> turns, long beginNs, long endNs)
    {
        var holders = ImmutableArray.CreateBuilder<Holder>(turns.Count);
        long from = beginNs;
        for (int i = 0; i < turns.Count; i++)
        {
            // Events of different CPUs may be slightly out of order: no turn has a negative duration.
            long until = i + 1 < turns.Count ? Math.Clamp(turns[i + 1].FromNs, from, endNs) : endNs;
            var time = new Interval(from, until);
            if (time.DurationNs > 0 || turns.Count == 1)
                holders.Add(new Holder(
                    turns[i].Holder?.Task, turns[i].Holder?.Process, turns[i].Holder?.Device, time,
                    turns[i].Resets.Sum(r => r.OverlapNs(time)))
                {
                    OperationNs = turns[i].Holder?.OperationNs,
                });
            from = until;
        }
        return holders.ToImmutable();
    }
}
