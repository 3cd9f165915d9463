using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Spans.Former;

/// <summary>
/// Events to activities: pairs begins and ends thread by thread, and adds waits and resets to the operation around them.
/// Single-threaded. Operations that have begun and not ended are <see cref="InFlight"/>.
/// </summary>
/// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
internal sealed class SpanAssembler(long attachedNs = 0)
{
    private sealed class ThreadState
    {
        public OpenOperation? Operation;

        public ResetAssembler Resets { get; } = new();

        public TeardownAssembler Teardown { get; } = new();

        public required TaskId Task { get; init; }

        public required ulong SinceNs { get; init; }

        public bool IsIdle => Operation is null && Resets.Current is null && Teardown.IsEmpty;
    }

    private sealed class OpenOperation(OperationKind kind, in WireEvent begin)
    {
        public OperationKind Kind { get; } = kind;

        public WireEvent Begin { get; } = begin;

        public TaskId Task { get; } = TaskOf(in begin);

        public string Process { get; } = Peer(in begin)?.Comm ?? begin.Comm.ToString();

        public string Device { get; } = begin.Device.ToString();

        public ImmutableArray<LockWait>.Builder Waits { get; } = ImmutableArray.CreateBuilder<LockWait>();

        public ImmutableArray<Reset>.Builder Resets { get; } = ImmutableArray.CreateBuilder<Reset>();
    }

    /// <summary>
    /// The maximum number of threads with something in progress. With more, ends were lost: the oldest thread is evicted.
    /// </summary>
    public const int MaxThreads = 16384;

    private readonly Dictionary<int, ThreadState> _threads = [];
    private readonly Dictionary<int, int> _busy = []; // threads with something in progress, by process
    private readonly LockLedger _locks = new();
    private long _unmatched;

    /// <summary>Begins without an end and ends without a begin: the other event was lost, or came before the capture.</summary>
    public long Unmatched => _unmatched;

    /// <summary>Kernel stacks that could not be stored.</summary>
    public long StacksLost { get; private set; }

    /// <summary>CLOCK_MONOTONIC of the newest event, nanoseconds; 0 before the first.</summary>
    public long LatestNs { get; private set; }

    /// <summary>Operations in progress, oldest first.</summary>
    public ImmutableArray<OperationInFlight> InFlight() =>
    [
        .. _threads.Values
            .Where(t => t.Operation is not null)
            .Select(t => Describe(t.Operation!, t.Resets))
            .OrderBy(o => o.StartNs),
    ];

    /// <summary>Parts of teardowns in progress, oldest first; the innermost of each thread.</summary>
    public ImmutableArray<TeardownInFlight> TeardownsInFlight() =>
    [
        .. _threads.Values
            .Where(t => !t.Teardown.IsEmpty)
            .Select(t => new TeardownInFlight(t.Task, t.Teardown.Current!.Value.Step, t.Teardown.Current!.Value.SinceNs))
            .OrderBy(t => t.SinceNs),
    ];

    /// <summary>The processes with something in progress, and since when, CLOCK_MONOTONIC.</summary>
    public IReadOnlyDictionary<int, long> BusySince() =>
        _threads.Values.GroupBy(t => t.Task.Tgid).ToDictionary(g => g.Key, g => (long)g.Min(t => t.SinceNs));

    /// <summary>Whether a thread of the process has something in progress.</summary>
    public bool IsBusy(int tgid) => _busy.ContainsKey(tgid);

    /// <summary>
    /// Takes a batch and returns the activities that end in it. They are computed one by one: while the caller handles one, this
    /// object is in the state right after it.
    /// </summary>
    public IEnumerable<Activity> Assemble(EventBatch batch)
    {
        for (int i = 0; i < batch.Events.Length; i++)
        {
            if (Take(in batch.Events[i]) is { } activity)
                yield return activity;
        }
    }

    private Activity? Take(in WireEvent e)
    {
        LatestNs = Math.Max(LatestNs, (long)e.TimeNs);
        return Assemble(in e);
    }

    private Activity? Assemble(in WireEvent e) => (e.Kind, e.Edge) switch
    {
        (EventKind.Release, EventEdge.Begin) => Begin(OperationKind.Release, in e),
        (EventKind.Open, EventEdge.Begin) => Begin(OperationKind.Open, in e),
        (EventKind.Release or EventKind.Open, EventEdge.End) => End(in e),
        (EventKind.LockWait, EventEdge.Begin) => BeginWait(in e),
        (EventKind.LockWait, EventEdge.End) => EndWait(in e),
        (EventKind.Reset, EventEdge.Begin) => BeginReset(in e),
        (EventKind.Reset, EventEdge.End) => EndReset(in e),
        (EventKind.Signal, _) when Peer(in e) is { } target =>
            new SignalDelivered(TaskOf(in e), target, e.Value, (long)e.TimeNs) { Ignored = e.Flags.HasFlag(EventFlags.Ignored) },
        (EventKind.Process, _) => Advance(in e),
        (EventKind.Teardown, EventEdge.Begin) => BeginTeardown(in e),
        (EventKind.Teardown, EventEdge.End) => EndTeardown(in e),
        _ => Unpaired(),
    };

    private Activity? Begin(OperationKind kind, in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        if (thread.Operation is not null)
            _unmatched++;
        _unmatched += thread.Resets.Clear() + (_locks.Remove((int)e.Tid) ? 1 : 0);
        thread.Operation = new OpenOperation(kind, in e);
        return null;
    }

    private Activity? End(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        OpenOperation? open = thread.Operation;
        OperationKind kind = e.Kind == EventKind.Release ? OperationKind.Release : OperationKind.Open;
        _unmatched += thread.Resets.Clear() + (_locks.Remove((int)e.Tid) ? 1 : 0);
        thread.Operation = null;
        RemoveIfIdle(in e, thread);
        if (open is null || open.Kind != kind)
            return Unpaired();
        WireEvent begin = open.Begin;
        return new Operation(
            kind, open.Task, open.Process, begin.Cgroup, open.Device, !begin.Flags.HasFlag(EventFlags.NotPci), begin.Lock,
            begin.Flags.HasFlag(EventFlags.Exiting), new Interval((long)begin.TimeNs, (long)e.TimeNs),
            open.Waits.ToImmutable(), open.Resets.ToImmutable(), StackOf(in e))
        {
            Result = e.Value,
            Partial = (long)begin.TimeNs < attachedNs,
        };
    }

    private Activity? BeginWait(in WireEvent e)
    {
        // The thread's operation began before the capture; the end of the wait counts as unmatched.
        if (_threads.GetValueOrDefault((int)e.Tid)?.Operation is null)
            return null;
        LockHolder? holder = Peer(in e) is { } task ? HolderOf(task) : null;
        // An open does not know the kind of its locks; the holder's release may know it.
        bool devSet = holder is not null && _threads.GetValueOrDefault(holder.Task.Tid)?.Operation is { } held && held.Begin.Lock == e.Lock;
        LockKind kind = e.LockKind == LockKind.Other && devSet ? LockKind.DevSet : e.LockKind;
        bool? asWriter = kind == LockKind.Rwsem ? e.Flags.HasFlag(EventFlags.Writer) : null;
        if (!_locks.Begin((int)e.Tid, e.Lock, kind, asWriter, holder, (long)e.TimeNs))
            _unmatched++;
        return null;
    }

    private Activity? EndWait(in WireEvent e)
    {
        OpenOperation? open = _threads.GetValueOrDefault((int)e.Tid)?.Operation;
        LockWait? wait = _locks.End(HolderOf(TaskOf(in e)), e.Lock, (long)e.TimeNs, StackOf(in e));
        if (wait is null || open is null)
            return Unpaired();
        open.Waits.Add(wait);
        return null;
    }

    private Activity? BeginReset(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        // A device is reset with its dev_set's lock held. An open through the group does not know that lock.
        if (thread is { Operation: { Begin.Lock: not 0 } open, Resets.Current: null })
            _locks.Holds(HolderOf(open.Task), open.Begin.Lock, (long)e.TimeNs);
        _unmatched += thread.Resets.Begin(in e);
        return null;
    }

    private StandaloneReset? EndReset(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        Reset? reset = thread.Resets.End(in e, StackOf(in e), ref _unmatched);
        if (reset is not null)
            _locks.WasResetting((int)e.Tid, reset.Time);
        if (thread.Operation is { } open)
        {
            if (reset is not null)
                open.Resets.Add(reset);
            return null;
        }
        RemoveIfIdle(in e, thread);
        return reset is null ? null : new StandaloneReset(TaskOf(in e), reset);
    }

    private ProcessAdvanced Advance(in WireEvent e)
    {
        TaskId process = Peer(in e) ?? TaskOf(in e);
        // A dead process has nothing in progress: if there is something, its end was lost.
        if (e.ProcessStep is ProcessStep.Dead or ProcessStep.Reaped)
        {
            foreach ((int tid, ThreadState thread) in _threads.Where(t => t.Value.Task.Tgid == process.Tgid).ToList())
                Evict(tid, thread);
        }
        return new ProcessAdvanced(process, e.ProcessStep, (long)e.TimeNs) { ExitCode = e.Value };
    }

    private Activity? BeginTeardown(in WireEvent e)
    {
        _unmatched += Thread(in e).Teardown.Begin(e.TeardownStep, (long)e.TimeNs);
        return null;
    }

    private TeardownPart? EndTeardown(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        Interval? time = thread.Teardown.End(e.TeardownStep, (long)e.TimeNs, ref _unmatched);
        RemoveIfIdle(in e, thread);
        // A process that got its device from another one is tracked only from its release on: the begin was not sent.
        return time is null ? null : new TeardownPart(TaskOf(in e), e.TeardownStep, time.Value);
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
            wait?.SinceNs ?? reset?.SinceNs ?? (long)open.Begin.TimeNs, wait?.Holder?.Task, wait?.Holder?.Device,
            ResetMethod.Unknown, open.Begin.Flags.HasFlag(EventFlags.Exiting))
        {
            Process = open.Process,
            WorkingSinceNs = open.Waits.Count == 0 ? (long)open.Begin.TimeNs : open.Waits[^1].Time.EndNs,
        };
    }

    private ThreadState Thread(in WireEvent e)
    {
        if (!_threads.TryGetValue((int)e.Tid, out ThreadState? thread))
        {
            if (_threads.Count >= MaxThreads)
            {
                (int oldest, ThreadState stuck) = _threads.MinBy(t => t.Value.SinceNs);
                Evict(oldest, stuck);
            }
            _threads[(int)e.Tid] = thread = new ThreadState { Task = TaskOf(in e), SinceNs = e.TimeNs };
            _busy[thread.Task.Tgid] = _busy.GetValueOrDefault(thread.Task.Tgid) + 1;
        }
        return thread;
    }

    private void Evict(int tid, ThreadState thread)
    {
        _unmatched += (thread.Operation is null ? 0 : 1) + thread.Resets.Clear() + thread.Teardown.Clear() +
            (_locks.Remove(tid) ? 1 : 0);
        Remove(tid, thread);
    }

    private void RemoveIfIdle(in WireEvent e, ThreadState thread)
    {
        if (thread.IsIdle)
            Remove((int)e.Tid, thread);
    }

    private void Remove(int tid, ThreadState thread)
    {
        _threads.Remove(tid);
        int left = _busy[thread.Task.Tgid] - 1;
        if (left == 0)
            _busy.Remove(thread.Task.Tgid);
        else
            _busy[thread.Task.Tgid] = left;
    }

    // The process's name says more than the thread's: in a dying .NET process ".NET Finalizer" closes the devices.
    private LockHolder HolderOf(TaskId task)
    {
        ThreadState? thread = _threads.GetValueOrDefault(task.Tid);
        return new LockHolder(
            task, thread?.Operation?.Process ?? task.Comm, thread?.Operation?.Device ?? thread?.Resets.Current?.Device,
            (long?)thread?.Operation?.Begin.TimeNs);
    }

    private int? StackOf(in WireEvent e)
    {
        if (e.Stack < WireEvent.NoStack)
            StacksLost++;
        return e.Stack < 0 ? null : e.Stack;
    }

    private static TaskId TaskOf(in WireEvent e) => new((int)e.Tid, (int)e.Tgid, e.Comm.ToString());

    private static TaskId? Peer(in WireEvent e) =>
        e.Peer.Tid == 0 ? null : new TaskId((int)e.Peer.Tid, (int)e.Peer.Tgid, e.Peer.Comm.ToString());
}
