using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>
/// The holders of each lock while others wait for it. The kernel names the holder when a wait begins. After that, each end of a
/// wait names the next holder, and so does a release that resets its device, because it holds the lock then. A thread that takes
/// the lock in between without waiting or resetting is not seen: its time counts for the holder before it. A reader that got an
/// rw-semaphore is not named: others may hold it as well.
/// </summary>
internal sealed class LockLedger
{
    private readonly record struct Wait(ulong Lock, LockKind Kind, bool? AsWriter, LockLog Log, int Joined, Turn Named);

    private readonly Dictionary<int, Wait> _waits = []; // by thread
    private readonly Dictionary<ulong, LockLog> _logs = []; // of locks with waiters
    private readonly Dictionary<int, HolderResets> _resets = []; // of threads that waiters refer to, by thread
    private readonly Stack<LockLog> _spareLogs = [];
    private readonly Stack<HolderResets> _spareResets = [];
    private readonly Action<HolderResets?> _forget;
    private long _number;

    public LockLedger() => _forget = Forget;

    /// <summary>The lock that a thread waits for, since when, and its holder; null if it does not wait.</summary>
    public (ulong Lock, long SinceNs, LockHolder? Holder)? Current(int tid) =>
        _waits.TryGetValue(tid, out Wait wait) ? (wait.Lock, wait.Named.FromNs, wait.Log.Current(wait.Named, wait.Joined)) : null;

    /// <summary>A thread begins to wait.</summary>
    /// <returns>False if the end of its previous wait was lost.</returns>
    public bool Begin(int tid, ulong lockAddress, LockKind kind, bool? asWriter, LockHolder? holder, long timeNs)
    {
        bool clean = !Remove(tid);
        if (!_logs.TryGetValue(lockAddress, out LockLog? log))
            _logs[lockAddress] = log = _spareLogs.TryPop(out LockLog? spare) ? spare : new LockLog();
        _waits[tid] = new Wait(lockAddress, kind, asWriter, log, log.Join(), TurnOf(holder, timeNs));
        return clean;
    }

    /// <summary>A thread got the lock that it waited for; null if the begin of its wait was lost.</summary>
    public LockWait? End(LockHolder holder, ulong lockAddress, long timeNs, int? stack)
    {
        bool waited = _waits.Remove(holder.Task.Tid, out Wait wait);
        if (_logs.TryGetValue(lockAddress, out LockLog? log))
            log.Add(TurnOf(wait.AsWriter == false && wait.Lock == lockAddress ? null : holder, timeNs));
        if (!waited)
            return null;
        var time = new Interval(wait.Named.FromNs, timeNs);
        LockWait? ended = wait.Lock == lockAddress
            ? new LockWait(lockAddress, wait.Kind, time, wait.Log.Holders(wait.Named, wait.Joined, time, ++_number), stack) { AsWriter = wait.AsWriter }
            : null;
        Leave(in wait);
        return ended;
    }

    /// <summary>A thread does what only the holder of a lock can do.</summary>
    public void Holds(LockHolder holder, ulong lockAddress, long timeNs)
    {
        if (!_logs.TryGetValue(lockAddress, out LockLog? log))
            return;
        Turn turn = TurnOf(holder, timeNs);
        if (!log.AddSeen(turn))
            Forget(turn.Resets);
    }

    /// <summary>A thread has reset a device: waits for locks that it held meanwhile were waits for this reset.</summary>
    public void WasResetting(int tid, Interval time)
    {
        if (_resets.TryGetValue(tid, out HolderResets? resets))
            resets.Add(++_number, time);
    }

    /// <summary>The thread does not wait any more; true if it did.</summary>
    public bool Remove(int tid)
    {
        if (!_waits.Remove(tid, out Wait wait))
            return false;
        Leave(in wait);
        return true;
    }

    private void Leave(in Wait wait)
    {
        Forget(wait.Named.Resets);
        wait.Log.Leave();
        if (wait.Log.Waiters == 0)
        {
            wait.Log.End(_forget);
            _logs.Remove(wait.Lock);
            if (!wait.Log.IsShared)
                _spareLogs.Push(wait.Log);
        }
    }

    private Turn TurnOf(LockHolder? holder, long timeNs)
    {
        if (holder is not { } known)
            return new Turn(++_number, timeNs, null, null);
        int tid = known.Task.Tid;
        if (!_resets.TryGetValue(tid, out HolderResets? resets))
        {
            _resets[tid] = resets = _spareResets.TryPop(out HolderResets? spare) ? spare : new HolderResets();
            resets.Begin(tid);
        }
        resets.Uses++;
        return new Turn(++_number, timeNs, holder, resets);
    }

    private void Forget(HolderResets? resets)
    {
        if (resets is null || --resets.Uses > 0)
            return;
        _resets.Remove(resets.Tid);
        if (!resets.IsShared)
            _spareResets.Push(resets);
    }
}
