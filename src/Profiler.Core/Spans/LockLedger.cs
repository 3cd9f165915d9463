using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>A thread that has a lock, and what it has it for.</summary>
/// <param name="Task">Who.</param>
/// <param name="Process">Its process's name, where known; else the thread's.</param>
/// <param name="Device">The device it is releasing, opening or resetting; null if it is doing something else.</param>
internal sealed record LockOwner(TaskId Task, string Process, string? Device);

/// <summary>
/// Who had which lock while others waited for it. The kernel names the holder when a wait begins; from
/// then on each end of a wait says who has it next, and so does a release that resets its device, which it
/// does under the lock. A thread that takes the lock between two of these without waiting or resetting is
/// not seen: its time counts for the holder before it.
/// </summary>
internal sealed class LockLedger
{
    private sealed record Turn(long FromNs, LockOwner? Owner)
    {
        public List<Interval> Resets { get; } = [];
    }

    private sealed class Wait(ulong lockAddress, LockKind kind, long fromNs)
    {
        public ulong Lock { get; } = lockAddress;

        public LockKind Kind { get; } = kind;

        public long FromNs { get; } = fromNs;

        public List<Turn> Turns { get; } = [];
    }

    // Waiters are few: as many as threads that release at the same time. Their number times their
    // turns is what a list costs; a dictionary by lock would not pay.
    private readonly Dictionary<int, Wait> _waits = [];

    /// <summary>The lock a thread waits for, since when, and who has it now; null if it does not wait.</summary>
    public (ulong Lock, long SinceNs, LockOwner? Owner)? Current(int tid) =>
        _waits.TryGetValue(tid, out Wait? wait) ? (wait.Lock, wait.FromNs, wait.Turns[^1].Owner) : null;

    /// <summary>A thread finds the lock taken.</summary>
    /// <returns>False if the end of an earlier wait of this thread was never seen.</returns>
    public bool Begin(int tid, ulong lockAddress, LockKind kind, LockOwner? owner, long timeNs)
    {
        var wait = new Wait(lockAddress, kind, timeNs);
        wait.Turns.Add(new Turn(timeNs, owner));
        bool clean = !_waits.ContainsKey(tid);
        _waits[tid] = wait;
        return clean;
    }

    /// <summary>A thread has the lock it waited for; null if its wait was never seen to begin.</summary>
    public LockWait? End(LockOwner owner, ulong lockAddress, long timeNs, int? stack)
    {
        foreach (Wait other in _waits.Values)
        {
            if (other.Lock == lockAddress)
                other.Turns.Add(new Turn(timeNs, owner));
        }
        if (!_waits.Remove(owner.Task.Tid, out Wait? wait) || wait.Lock != lockAddress)
            return null;
        var time = new Interval(wait.FromNs, timeNs);
        return new LockWait(lockAddress, wait.Kind, time, Holders(wait.Turns, time.StartNs, time.EndNs), stack);
    }

    /// <summary>A thread does what only the holder does, though it was not seen to wait.</summary>
    public void Holds(LockOwner owner, ulong lockAddress, long timeNs)
    {
        foreach (Wait wait in _waits.Values)
        {
            if (wait.Lock == lockAddress && wait.Turns[^1].Owner?.Task.Tid != owner.Task.Tid)
                wait.Turns.Add(new Turn(timeNs, owner));
        }
    }

    /// <summary>A thread has reset a device; if others waited for it meanwhile, that is what they waited for.</summary>
    public void WasResetting(int tid, Interval time)
    {
        foreach (Wait wait in _waits.Values)
            wait.Turns.FindLast(t => t.Owner?.Task.Tid == tid)?.Resets.Add(time);
    }

    /// <summary>The thread waits no longer, however that came about.</summary>
    public bool Forget(int tid) => _waits.Remove(tid);

    private static ImmutableArray<Holder> Holders(List<Turn> turns, long beginNs, long endNs)
    {
        var holders = ImmutableArray.CreateBuilder<Holder>(turns.Count);
        long from = beginNs;
        for (int i = 0; i < turns.Count; i++)
        {
            // Events of different CPUs may be a little out of order: no turn is shorter than nothing.
            long until = i + 1 < turns.Count ? Math.Clamp(turns[i + 1].FromNs, from, endNs) : endNs;
            var time = new Interval(from, until);
            if (time.DurationNs > 0 || turns.Count == 1)
                holders.Add(new Holder(
                    turns[i].Owner?.Task, turns[i].Owner?.Process, turns[i].Owner?.Device, time,
                    turns[i].Resets.Sum(r => r.OverlapNs(time))));
            from = until;
        }
        return holders.ToImmutable();
    }
}
