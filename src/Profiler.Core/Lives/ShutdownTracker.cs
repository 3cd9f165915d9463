using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>
/// Combines what processes do with their devices into shutdowns. A shutdown is over when its process is reaped, or when a process
/// that lives on has not closed anything for some time or opens a device again. Time is that of the events. Single-threaded.
/// </summary>
public sealed class ShutdownTracker
{
    /// <summary>A dying process without any event for this time is concluded as it is.</summary>
    public static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(60);

    private const int MaxIdleProcesses = 4096;

    // What was used for a process with many devices is as large as that.
    private const int MaxSpare = 64;

    /// <summary>More processes with devices than a host can have: with more, their ends were lost.</summary>
    internal const int MaxProcesses = 16384;

    private readonly EndsWatched _ends;
    private readonly long _attachedNs;
    private readonly Dictionary<int, ProcessLife> _lives = [];
    private readonly Queue<int> _order = new();
    private readonly List<ProcessLife> _watched = []; // those that are ending, and those that did something since the last tick
    private readonly DeviceUsers _users = new();
    private readonly LifeWork _work = new();
    private readonly Stack<ProcessLife> _spare = [];
    private readonly List<Shutdown> _done = []; // of the call that is in progress
    private readonly LastCloses _lastCloses;

    /// <param name="watched">What can be seen of the end of a process.</param>
    /// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
    public ShutdownTracker(EndsWatched watched, long attachedNs = 0)
    {
        (_ends, _attachedNs) = (watched, attachedNs);
        _lastCloses = new LastCloses(_users, _lives, tgid => NewLife(tgid));
    }

    /// <inheritdoc cref="LastCloses.Spans"/>
    internal SpanAssembler Spans { init => _lastCloses.Spans = value; }

    /// <summary>The number of processes that are kept.</summary>
    internal int Kept => _lives.Count + _lastCloses.Gone.Count;

    /// <summary>
    /// Shutdowns in progress, the oldest first: of processes that release devices or exit with them, and of processes with devices that
    /// were asked to end.
    /// </summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ImmutableArray<ShutdownInFlight> InFlight(SpanAssembler spans, long nowNs)
    {
        ILookup<ProcessLife, OperationInFlight> byOthers = ByOthers(spans);
        Func<int, UnderWay> underWay = UnderWay.ByProcess(spans, IsByOther);
        return
        [
            .. _lives
                .Where(l => l.Value.IsEnding || l.Value.IsAskedToEnd(nowNs) || byOthers.Contains(l.Value))
                .Select(l => l.Key)
                .Union(spans.InFlight().Where(o => o.Kind == OperationKind.Release && !IsByOther(o)).Select(o => o.Task.Tgid))
                .Select(tgid => InFlight(tgid, With(underWay(tgid), byOthers, _lives.GetValueOrDefault(tgid)), nowNs))
                .Concat(_lastCloses.Gone.Select(l => l.InFlight(With(UnderWay.None, byOthers, l), nowNs)))
                .OrderBy(s => s.SoFar.Time.StartNs),
        ];
    }

    private ShutdownInFlight InFlight(int tgid, UnderWay underWay, long nowNs)
    {
        if (_lives.TryGetValue(tgid, out ProcessLife? life))
            return life.InFlight(underWay, nowNs);
        life = NewLife(tgid); // no release of it has ended yet
        ShutdownInFlight begun = life.InFlight(underWay, nowNs);
        Spare(life);
        return begun;
    }

    private ILookup<ProcessLife, OperationInFlight> ByOthers(SpanAssembler spans) =>
        spans.InFlight().Where(IsByOther).ToLookup(o => _lastCloses.OwnerIn(o.Task.Tid)!);

    private bool IsByOther(OperationInFlight o) => _lastCloses.OwnerIn(o.Task.Tid) is not null;

    private static UnderWay With(UnderWay own, ILookup<ProcessLife, OperationInFlight> byOthers, ProcessLife? life) =>
        life is null ? own : own.With(byOthers[life]);

    /// <summary>A release has begun. Whose it is, is decided now: it may take longer than a process lives.</summary>
    /// <param name="tid">The thread.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <returns>As <see cref="Follow"/>.</returns>
    internal ReadOnlySpan<Shutdown> Begins(int tid, long nowNs)
    {
        _done.Clear();
        FinishGone(nowNs);
        _lastCloses.Begins(tid);
        return CollectionsMarshal.AsSpan(_done);
    }

    /// <summary>A process that had devices when the capture began.</summary>
    public void AddAtStart(ProcessAtStart process) => Life(process.Tgid).AddAtStart(process);

    /// <summary>Takes an activity.</summary>
    /// <param name="activity">What has ended.</param>
    /// <param name="isBusy">Whether a process has something else in progress.</param>
    /// <returns>The shutdowns that are over with it; valid until the next call.</returns>
    public ReadOnlySpan<Shutdown> Follow(Activity activity, Func<int, bool> isBusy)
    {
        _done.Clear();
        switch (activity)
        {
            case Operation { Kind: OperationKind.Release } release: Release(release, isBusy); break;
            case Operation { Kind: OperationKind.Open } open: Open(open, isBusy); break;
            // As resets outside of operations.
            case Operation reset: _lives.GetValueOrDefault(reset.Task.Tgid)?.AddReset(reset); break;
            case SignalDelivered signal: Signal(signal, isBusy); break;
            case TeardownPart part: (_lastCloses.OwnerOf(part) ?? Life(part.Task.Tgid)).Add(part); break;
            // Not of processes without devices, such as one that writes into sysfs.
            case StandaloneReset standalone: _lives.GetValueOrDefault(standalone.Task.Tgid)?.Add(standalone.Reset); break;
            case ProcessAdvanced step: Advance(step, isBusy); break;
        }
        return CollectionsMarshal.AsSpan(_done);
    }

    /// <summary>Concludes shutdowns that have been idle for long.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="isBusy">Whether a process has something in progress: then it is not idle.</param>
    /// <returns>Those that are over; valid until the next call.</returns>
    public ReadOnlySpan<Shutdown> Expire(long nowNs, Func<int, bool> isBusy)
    {
        _done.Clear();
        FinishGone(nowNs);
        long before = nowNs - (long)QuietTimeout.TotalNanoseconds;
        int kept = 0;
        foreach (ProcessLife life in CollectionsMarshal.AsSpan(_watched))
        {
            if (life.IsOver)
            {
                life.IsWatched = false; // it is gone, its devices are not
                continue;
            }
            if (life.IsEnding && !IsBusy(life, isBusy))
            {
                if (life.IsExiting && life.LatestNs < before)
                    Finish(life.Tgid, UnderWay.None, nowNs);
                else
                    life.Settle(nowNs, _done);
            }
            life.IsWatched = life.IsEnding;
            if (life.IsWatched)
                _watched[kept++] = life;
        }
        _watched.RemoveRange(kept, _watched.Count - kept);
        return CollectionsMarshal.AsSpan(_done);
    }

    /// <summary>The capture ends: concludes all shutdowns in progress as they are.</summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="nowNs">The end of the capture, CLOCK_MONOTONIC.</param>
    public ReadOnlySpan<Shutdown> Flush(SpanAssembler spans, long nowNs)
    {
        _done.Clear();
        ILookup<ProcessLife, OperationInFlight> byOthers = ByOthers(spans);
        Func<int, UnderWay> underWay = UnderWay.ByProcess(spans, IsByOther);
        foreach (OperationInFlight release in spans.InFlight().Where(o => o.Kind == OperationKind.Release && !IsByOther(o)))
            Life(release.Task.Tgid);
        while (_lastCloses.NextOver(long.MaxValue) is { } gone)
            Conclude(gone, With(UnderWay.None, byOthers, gone), nowNs);
        foreach ((int tgid, ProcessLife life) in _lives)
        {
            UnderWay all = With(underWay(tgid), byOthers, life);
            Settle(life, !all.IsNone, nowNs);
            Finish(tgid, all, nowNs);
        }
        return CollectionsMarshal.AsSpan(_done);
    }

    // A replay has no ticking clock: the event after a pause shows the pause.
    private void Settle(ProcessLife life, bool isBusy, long nowNs)
    {
        if (!isBusy)
            life.Settle(nowNs, _done);
    }

    private bool IsBusy(ProcessLife life, Func<int, bool> isBusy) => isBusy(life.Tgid) || _lastCloses.IsBusy(life);

    private void Signal(SignalDelivered signal, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(signal.Target.Tgid, idle: true);
        Settle(life, IsBusy(life, isBusy), signal.TimeNs);
        life.Add(signal);
    }

    private void Advance(ProcessAdvanced step, Func<int, bool> isBusy)
    {
        int tgid = step.Process.Tgid;
        ProcessLife life = Life(tgid);
        FinishGone(step.TimeNs);
        Settle(life, IsBusy(life, isBusy), step.TimeNs);
        life.Add(step);
        if (life is { IsOver: true, HasDevices: true })
        {
            _lives.Remove(tgid);
            _lastCloses.Leave(life);
        }
        else if (life.IsOver)
            Finish(tgid, UnderWay.None, step.TimeNs);
    }

    private void Release(Operation release, Func<int, bool> isBusy)
    {
        ProcessLife life = _lastCloses.Ended(release) ?? Life(release.Task.Tgid);
        bool gone = _lastCloses.Gone.Contains(life);
        if (!gone)
        {
            Watch(life);
            Settle(life, IsBusy(life, isBusy), release.Time.StartNs);
        }
        _users.Release(release.Device);
        life.AddRelease(release);
        if (gone)
            FinishGone(release.Time.EndNs);
    }

    // The kernel may have found that nobody has a descriptor of theirs any more.
    private void FinishGone(long nowNs)
    {
        while (_lastCloses.NextOver(nowNs) is { } gone)
            Conclude(gone, UnderWay.None, nowNs);
    }

    private void Conclude(ProcessLife life, UnderWay underWay, long nowNs)
    {
        life.Conclude(underWay, nowNs, _done);
        Spare(life);
    }

    // An open that began during releases does not end the shutdown; nor does one by an exiting process.
    private void Open(Operation open, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(open.Task.Tgid);
        _lastCloses.Opened(open.Device);
        if (open.Time.StartNs >= life.LatestNs && !IsBusy(life, isBusy))
            life.Settle(open.Time.StartNs, _done, opensAgain: true);
        life.AddOpen(open);
    }

    private void Finish(int tgid, UnderWay underWay, long nowNs)
    {
        if (_lives.Remove(tgid, out ProcessLife? life))
            Conclude(life, underWay, nowNs);
    }

    private void Evict(int tgid)
    {
        if (_lives.Remove(tgid, out ProcessLife? life))
            Spare(life);
    }

    // Most processes that get a signal stay idle, and are many: they must not keep what others need.
    private ProcessLife NewLife(int tgid, bool idle = false)
    {
        ProcessLife life = !idle && _spare.TryPop(out ProcessLife? spare) ? spare : new ProcessLife(_ends, _attachedNs, _users, _work);
        life.Begin(tgid);
        return life;
    }

    private void Spare(ProcessLife life)
    {
        _lastCloses.Forget(life);
        life.Forget();
        if (_spare.Count < MaxSpare)
            _spare.Push(life);
    }

    private ProcessLife Life(int tgid, bool idle = false)
    {
        if (!_lives.TryGetValue(tgid, out ProcessLife? life))
            life = AddLife(tgid, idle);
        Watch(life);
        return life;
    }

    private void Watch(ProcessLife life)
    {
        if (life.IsWatched)
            return;
        // A replay has no ticks.
        if (_watched.Count > 2 * _lives.Count + MaxSpare)
            _watched.RemoveAll(static l => !(l.IsWatched = l.IsEnding));
        _watched.Add(life);
        life.IsWatched = true;
    }

    private ProcessLife AddLife(int tgid, bool idle)
    {
        // Most signals are for processes that never had a device: evict the oldest of them. A few looks each time are enough and cost
        // the same with any number of processes.
        for (int looks = 8; looks > 0 && _order.Count >= MaxIdleProcesses; looks--)
        {
            int oldest = _order.Dequeue();
            if (_lives.TryGetValue(oldest, out ProcessLife? old) && (old.IsEnding || old.HasDevices))
                _order.Enqueue(oldest);
            else
                Evict(oldest);
        }
        if (_order.Count >= MaxProcesses)
            Evict(_order.Dequeue());
        _order.Enqueue(tgid);
        return _lives[tgid] = NewLife(tgid, idle);
    }
}
