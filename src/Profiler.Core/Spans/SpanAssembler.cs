using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>
/// Events to activities: begins and ends are paired thread by thread, waits and resets find the operation
/// they happened in. Single-threaded. What has begun and not ended is <see cref="InFlight"/>.
/// </summary>
public sealed class SpanAssembler
{
    private sealed class ThreadState
    {
        public OpenOperation? Operation;

        public ResetAssembler Resets { get; } = new();
    }

    private sealed class OpenOperation(OperationKind kind, in WireEvent begin)
    {
        public OperationKind Kind { get; } = kind;

        public WireEvent Begin { get; } = begin;

        public TaskId Task { get; } = TaskOf(in begin);

        public string Device { get; } = begin.Device.ToString();

        public ImmutableArray<LockWait>.Builder Waits { get; } = ImmutableArray.CreateBuilder<LockWait>();

        public ImmutableArray<Reset>.Builder Resets { get; } = ImmutableArray.CreateBuilder<Reset>();
    }

    private static readonly IReadOnlyList<Activity> None = [];

    private readonly Dictionary<int, ThreadState> _threads = [];
    private readonly LockLedger _locks = new();
    private long _unmatched;

    /// <summary>Begins without an end and ends without a begin: lost, or cut off by the start of the capture.</summary>
    public long Unmatched => _unmatched;

    /// <summary>CLOCK_MONOTONIC of the newest event, nanoseconds; 0 before the first.</summary>
    public long LatestNs { get; private set; }

    /// <summary>What is going on, oldest first.</summary>
    public ImmutableArray<OperationInFlight> InFlight() =>
    [
        .. _threads.Values
            .Where(t => t.Operation is not null)
            .Select(t => Describe(t.Operation!, t.Resets))
            .OrderBy(o => o.StartNs),
    ];

    /// <summary>Takes a batch; returns what it brought to an end.</summary>
    public IReadOnlyList<Activity> Assemble(EventBatch batch)
    {
        List<Activity>? done = null;
        foreach (ref readonly WireEvent e in batch.Events)
        {
            LatestNs = Math.Max(LatestNs, (long)e.TimeNs);
            if (Assemble(in e) is { } activity)
                (done ??= []).Add(activity);
        }
        return done ?? None;
    }

    private Activity? Assemble(in WireEvent e) => (e.Kind, e.Phase) switch
    {
        (EventKind.Release, EventPhase.Begin) => Begin(OperationKind.Release, in e),
        (EventKind.Open, EventPhase.Begin) => Begin(OperationKind.Open, in e),
        (EventKind.Release or EventKind.Open, EventPhase.End) => End(in e),
        (EventKind.LockWait, EventPhase.Begin) => BeginWait(in e),
        (EventKind.LockWait, EventPhase.End) => EndWait(in e),
        (EventKind.Reset, EventPhase.Begin) => BeginReset(in e),
        (EventKind.Reset, EventPhase.End) => EndReset(in e),
        (EventKind.Signal, _) when Peer(in e) is { } target =>
            new SignalDelivered(TaskOf(in e), target, e.Value, (long)e.TimeNs),
        (EventKind.ProcessGone, _) => Gone(in e),
        _ => Unpaired(),
    };

    private Activity? Begin(OperationKind kind, in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        if (thread.Operation is not null)
            _unmatched++;
        _unmatched += thread.Resets.Forget() + (_locks.Forget((int)e.Tid) ? 1 : 0);
        thread.Operation = new OpenOperation(kind, in e);
        return null;
    }

    private Activity? End(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        OpenOperation? open = thread.Operation;
        OperationKind kind = e.Kind == EventKind.Release ? OperationKind.Release : OperationKind.Open;
        _unmatched += thread.Resets.Forget() + (_locks.Forget((int)e.Tid) ? 1 : 0);
        _threads.Remove((int)e.Tid);
        if (open is null || open.Kind != kind)
            return Unpaired();
        WireEvent begin = open.Begin;
        return new Operation(
            kind, open.Task, Peer(in begin)?.Comm ?? open.Task.Comm, begin.Cgroup, open.Device, !begin.Flags.HasFlag(EventFlags.NotPci), begin.Lock,
            begin.Flags.HasFlag(EventFlags.Exiting), new Interval((long)begin.TimeNs, (long)e.TimeNs),
            open.Waits.ToImmutable(), open.Resets.ToImmutable());
    }

    private Activity? BeginWait(in WireEvent e)
    {
        TaskId? holder = Peer(in e);
        string? device = holder is null ? null : DeviceOf(holder.Tid);
        if (!_locks.Begin((int)e.Tid, e.Lock, e.LockKind, holder, device, (long)e.TimeNs))
            _unmatched++;
        return null;
    }

    private Activity? EndWait(in WireEvent e)
    {
        OpenOperation? open = _threads.GetValueOrDefault((int)e.Tid)?.Operation;
        LockWait? wait = _locks.End(TaskOf(in e), open?.Device, e.Lock, (long)e.TimeNs);
        if (wait is null || open is null)
            return Unpaired();
        open.Waits.Add(wait);
        return null;
    }

    private Activity? BeginReset(in WireEvent e)
    {
        Thread(in e).Resets.Begin(in e);
        return null;
    }

    private StandaloneReset? EndReset(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        Reset? reset = thread.Resets.End(in e, ref _unmatched);
        if (thread.Operation is { } open)
        {
            if (reset is not null)
                open.Resets.Add(reset);
            return null;
        }
        if (thread.Resets.Current is null)
            _threads.Remove((int)e.Tid);
        return reset is null ? null : new StandaloneReset(TaskOf(in e), reset);
    }

    // A dead process has no operation under way: if one seems to be, its end was lost.
    private ProcessGone Gone(in WireEvent e)
    {
        int tgid = (int)e.Tgid;
        foreach ((int tid, ThreadState thread) in _threads.Where(t => t.Value.Operation?.Task.Tgid == tgid).ToList())
        {
            _unmatched += 1 + thread.Resets.Forget() + (_locks.Forget(tid) ? 1 : 0);
            _threads.Remove(tid);
        }
        return new ProcessGone(tgid, (long)e.TimeNs);
    }

    private Activity? Unpaired()
    {
        _unmatched++;
        return null;
    }

    private OperationInFlight Describe(OpenOperation open, ResetAssembler resets)
    {
        var wait = _locks.Current(open.Task.Tid);
        var reset = resets.Current;
        OperationState state = wait is not null ? OperationState.WaitingForLock
            : reset is not null ? OperationState.Resetting
            : OperationState.Working;
        return new OperationInFlight(
            open.Kind, open.Task, open.Device, (long)open.Begin.TimeNs, state,
            wait?.SinceNs ?? reset?.SinceNs ?? (long)open.Begin.TimeNs, wait?.Holder, wait?.HolderDevice);
    }

    private ThreadState Thread(in WireEvent e)
    {
        if (!_threads.TryGetValue((int)e.Tid, out ThreadState? thread))
            _threads[(int)e.Tid] = thread = new ThreadState();
        return thread;
    }

    private string? DeviceOf(int tid) => _threads.GetValueOrDefault(tid)?.Operation?.Device;

    private static TaskId TaskOf(in WireEvent e) => new((int)e.Tid, (int)e.Tgid, e.Comm.ToString());

    private static TaskId? Peer(in WireEvent e) =>
        e.Peer.Tid == 0 ? null : new TaskId((int)e.Peer.Tid, (int)e.Peer.Tgid, e.Peer.Comm.ToString());
}
