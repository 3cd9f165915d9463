using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>
/// Who had which lock while others waited for it. The kernel names the holder when a wait begins; from
/// then on each end of a wait says who has it next. A thread that takes the lock between two of these
/// without waiting is not seen: its time counts for the holder before it.
/// </summary>
internal sealed class LockLedger
{
    private readonly record struct Turn(long FromNs, TaskId? Task, string? Device);

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
    public (ulong Lock, long SinceNs, TaskId? Holder, string? HolderDevice)? Current(int tid) =>
        _waits.TryGetValue(tid, out Wait? wait)
            ? (wait.Lock, wait.FromNs, wait.Turns[^1].Task, wait.Turns[^1].Device)
            : null;

    /// <summary>A thread finds the lock taken.</summary>
    /// <returns>False if the end of an earlier wait of this thread was never seen.</returns>
    public bool Begin(int tid, ulong lockAddress, LockKind kind, TaskId? holder, string? holderDevice, long timeNs)
    {
        var wait = new Wait(lockAddress, kind, timeNs);
        wait.Turns.Add(new Turn(timeNs, holder, holderDevice));
        bool clean = !_waits.ContainsKey(tid);
        _waits[tid] = wait;
        return clean;
    }

    /// <summary>A thread has the lock it waited for; null if its wait was never seen to begin.</summary>
    public LockWait? End(TaskId task, string? device, ulong lockAddress, long timeNs)
    {
        foreach (Wait other in _waits.Values)
        {
            if (other.Lock == lockAddress)
                other.Turns.Add(new Turn(timeNs, task, device));
        }
        if (!_waits.Remove(task.Tid, out Wait? wait) || wait.Lock != lockAddress)
            return null;
        return new LockWait(lockAddress, wait.Kind, new Interval(wait.FromNs, timeNs), Holders(wait.Turns, timeNs));
    }

    /// <summary>The thread waits no longer, however that came about.</summary>
    public bool Forget(int tid) => _waits.Remove(tid);

    private static ImmutableArray<Holder> Holders(List<Turn> turns, long endNs)
    {
        var holders = ImmutableArray.CreateBuilder<Holder>(turns.Count);
        for (int i = 0; i < turns.Count; i++)
        {
            // Events of different CPUs may be a little out of order: no turn is shorter than nothing.
            long until = i + 1 < turns.Count ? turns[i + 1].FromNs : endNs;
            long ns = Math.Max(0, until - turns[i].FromNs);
            if (ns > 0 || turns.Count == 1)
                holders.Add(new Holder(turns[i].Task, turns[i].Device, ns));
        }
        return holders.ToImmutable();
    }
}
