using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>
/// Events to activities: pairs begins and ends thread by thread, and adds waits and resets to the operation around them.
/// Single-threaded. Operations that have begun and not ended are <see cref="InFlight"/>.
/// </summary>
/// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
public sealed class SpanAssembler(long attachedNs = 0)
{
    /// <summary>
    /// The maximum number of threads with something in progress. With more, ends were lost: the oldest thread is evicted.
    /// </summary>
    public const int MaxThreads = 16384;

    private readonly ThreadTable _threads = new();
    private readonly Tasks _tasks = new();
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
        .. _threads.All
            .Where(t => t.Operation is not null)
            .Select(t => Describe(t.Operation!, t.Resets))
            .OrderBy(o => o.StartNs),
    ];

    /// <summary>Parts of teardowns in progress, oldest first; the innermost of each thread.</summary>
    public ImmutableArray<TeardownInFlight> TeardownsInFlight() =>
    [
        .. _threads.All
            .Where(t => !t.Teardown.IsEmpty)
            .Select(t => new TeardownInFlight(t.Task, t.Teardown.Current!.Value.Step, t.Teardown.Current!.Value.SinceNs))
            .OrderBy(t => t.SinceNs),
    ];

    /// <summary>Parts of starts in progress, oldest first.</summary>
    public ImmutableArray<StartPartInFlight> StartPartsInFlight() =>
        [.. _threads.All.Select(t => t.Starting).OfType<StartPartInFlight>().OrderBy(p => p.SinceNs)];

    /// <summary>The processes with something in progress, and since when, CLOCK_MONOTONIC.</summary>
    public IReadOnlyDictionary<int, long> BusySince() =>
        _threads.All.GroupBy(t => t.Task.Tgid).ToDictionary(g => g.Key, g => (long)g.Min(t => t.SinceNs));

    /// <summary>Whether a thread of the process has something in progress.</summary>
    public bool IsBusy(int tgid) => _threads.Has(tgid);

    /// <summary>The release that a thread has in progress; null if it has none.</summary>
    internal OpenOperation? ReleaseOf(int tid) => OperationOf(tid) is { Kind: OperationKind.Release } release ? release : null;

    /// <summary>Takes an event.</summary>
    /// <returns>The activity that ends with it; null if none does.</returns>
    public Activity? Take(in WireEvent e)
    {
        LatestNs = Math.Max(LatestNs, (long)e.TimeNs);
        return Assemble(in e);
    }

    private Activity? Assemble(in WireEvent e) => (e.Kind, e.Edge) switch
    {
        (EventKind.Release, EventEdge.Begin) => Begin(OperationKind.Release, in e),
        (EventKind.Open, EventEdge.Begin) => Begin(OperationKind.Open, in e),
        (EventKind.UserReset, EventEdge.Begin) => Begin(e.UserReset == UserReset.Hot ? OperationKind.HotReset : OperationKind.DeviceReset, in e),
        (EventKind.Release or EventKind.Open or EventKind.UserReset, EventEdge.End) => End(in e),
        (EventKind.LockWait, EventEdge.Instant) => TriedInVain(in e),
        (EventKind.LockWait, EventEdge.Begin) => BeginWait(in e),
        (EventKind.LockWait, EventEdge.End) => EndWait(in e),
        (EventKind.Reset, EventEdge.Begin) => BeginReset(in e),
        (EventKind.Reset, EventEdge.End) => EndReset(in e),
        (EventKind.Signal, _) when _tasks.PeerOf(in e) is { } target =>
            new SignalDelivered(_tasks.Of(in e), target, e.Value, (long)e.TimeNs) { Ignored = (e.Flags & EventFlags.Ignored) != 0 },
        (EventKind.Process, _) => Advance(in e),
        (EventKind.Teardown, EventEdge.Begin) => BeginTeardown(in e),
        (EventKind.Teardown, EventEdge.End) => EndTeardown(in e),
        (EventKind.Start, EventEdge.Instant) => AdvanceStart(in e),
        (EventKind.Start, EventEdge.Begin) => BeginStart(in e),
        (EventKind.Start, EventEdge.End) => EndStart(in e),
        _ => Unpaired(),
    };

    private Activity? Begin(OperationKind kind, in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        if (thread.Operation is not null)
            _unmatched++;
        _unmatched += thread.Resets.Clear() + (_locks.Remove((int)e.Tid) ? 1 : 0);
        thread.Begin(kind, in e, _tasks);
        return null;
    }

    private Activity? End(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        OpenOperation? open = thread.Operation;
        _unmatched += thread.Resets.Clear() + (_locks.Remove((int)e.Tid) ? 1 : 0);
        thread.EndOperation();
        Operation? ended = open?.Start.Kind == e.Kind ? Ended(open, in e) : null;
        RemoveIfIdle(thread);
        return ended ?? Unpaired();
    }

    private Operation Ended(OpenOperation open, in WireEvent end)
    {
        ref readonly WireEvent begin = ref open.Start;
        return new Operation(
            open.Kind, open.Task, open.Process, begin.Cgroup, open.Device, (begin.Flags & EventFlags.NotPci) == 0, begin.Lock,
            (begin.Flags & EventFlags.Exiting) != 0, new Interval((long)begin.TimeNs, (long)end.TimeNs),
            [.. open.Waits], [.. open.Resets], StackOf(in end))
        {
            Result = end.Value,
            Partial = (long)begin.TimeNs < attachedNs,
            TriedLocks = [.. open.TriedLocks],
            IommufdCompat = (begin.Flags & EventFlags.IommufdCompat) != 0,
            ByKernelThread = (begin.Flags & EventFlags.KernelThread) != 0,
        };
    }

    private Activity? TriedInVain(in WireEvent e)
    {
        // Without it, the operation began before the capture.
        OperationOf((int)e.Tid)?.TriedLocks.Add(new TriedLock(_tasks.Text(in e.Device), HolderIn(in e)));
        return null;
    }

    private Activity? BeginWait(in WireEvent e)
    {
        // The thread's operation began before the capture; the end of the wait counts as unmatched.
        if (OperationOf((int)e.Tid) is null)
            return null;
        LockHolder? holder = HolderIn(in e);
        // An open does not know the kind of its locks; the holder's release may know it.
        bool devSet = holder is { } known && OperationOf(known.Task.Tid) is { } held && held.Start.Lock == e.Lock;
        LockKind kind = e.LockKind == LockKind.Other && devSet ? LockKind.DevSet : e.LockKind;
        bool? asWriter = kind == LockKind.Rwsem ? (e.Flags & EventFlags.Writer) != 0 : null;
        if (!_locks.Begin((int)e.Tid, e.Lock, kind, asWriter, holder, (long)e.TimeNs))
            _unmatched++;
        return null;
    }

    private Activity? EndWait(in WireEvent e)
    {
        OpenOperation? open = OperationOf((int)e.Tid);
        LockWait? wait = _locks.End(HolderOf(_tasks.Of(in e)), e.Lock, (long)e.TimeNs, StackOf(in e));
        if (wait is null || open is null)
            return Unpaired();
        open.Waits.Add(wait);
        return null;
    }

    private Activity? BeginReset(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        // A device is reset with its dev_set's lock held. An open through the group does not know that lock.
        if (thread is { Operation: { Start.Lock: not 0 } open, Resets.IsEmpty: true })
            _locks.Holds(HolderOf(open.Task), open.Start.Lock, (long)e.TimeNs);
        _unmatched += thread.Resets.Begin(in e, _tasks.Text(in e.Device));
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
        RemoveIfIdle(thread);
        return reset is null ? null : new StandaloneReset(_tasks.Of(in e), reset);
    }

    private ProcessAdvanced Advance(in WireEvent e)
    {
        TaskId process = _tasks.PeerOf(in e) ?? _tasks.Of(in e);
        // A dead process has nothing in progress: if there is something, its end was lost.
        if (e.ProcessStep is ProcessStep.Dead or ProcessStep.Reaped)
        {
            while (_threads.OfProcess(process.Tgid) is { } thread)
                Evict(thread);
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
        RemoveIfIdle(thread);
        // A process that got its device from another one is tracked only from its release on: the begin was not sent.
        return time is null ? null : new TeardownPart(_tasks.Of(in e), e.TeardownStep, time.Value)
        {
            ByKernelThread = (e.Flags & EventFlags.KernelThread) != 0,
            Unmapping = e.TeardownStep == TeardownStep.Iommu ? DmaUnmapping.Of(e.Unmapped) : null,
        };
    }

    private Activity AdvanceStart(in WireEvent e)
    {
        TaskId task = _tasks.Of(in e);
        if (e.StartStep == StartStep.Bars)
            return new BarsFaulted(task, BarFaults.Of(e.Bars), (long)e.TimeNs);
        return e.StartStep != StartStep.Contact
            ? new StartAdvanced(task, e.StartStep, (long)e.TimeNs)
            : new StartAdvanced(task, e.StartStep, (long)e.TimeNs)
            {
                Process = e.Peer.Tid == 0 ? task.Comm : _tasks.Text(in e.Peer.Comm),
                ExecNs = e.Lock == 0 ? null : Math.Min((long)Math.Min(e.Lock, long.MaxValue), (long)e.TimeNs),
                HasNewVm = ((Contact)e.Value & Contact.NewVm) != 0,
                ByOpen = ((Contact)e.Value & Contact.ByOpen) != 0,
            };
    }

    private Activity? BeginStart(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        if (thread.Starting is not null)
            _unmatched++;
        thread.Starting = new StartPartInFlight(thread.Task, e.StartStep, (long)e.TimeNs, Bytes(e.Lock));
        return null;
    }

    private Activity? EndStart(in WireEvent e)
    {
        ThreadState thread = Thread(in e);
        StartPartInFlight? begun = thread.Starting;
        thread.Starting = null;
        RemoveIfIdle(thread);
        if (begun is null || begun.Step != e.StartStep)
            return Unpaired();
        return new StartPart(begun.Task, begun.Step, new Interval(begun.SinceNs, (long)e.TimeNs))
        {
            Mapping = e.StartStep == StartStep.Dma ? MappingOf(e.Mapped, e.Value) : null,
        };
    }

    // What other threads allocate meanwhile is not a part of it.
    private static DmaMapping MappingOf(WireMapped mapped, int result)
    {
        long pinned = Bytes(mapped.Pinned), faults = Bytes(mapped.Faults), bytes = Math.Max(Bytes(mapped.Bytes), pinned);
        // A device that comes to an empty address space maps nothing.
        return new DmaMapping(
            bytes == 0 ? 0 : 1, bytes, pinned, faults == 0 ? 0 : Math.Min(Bytes(mapped.Faulted), pinned), faults, result < 0 ? 1 : 0);
    }

    // No machine has as much: an event that is not trusted cannot overflow a sum.
    private static long Bytes(ulong number) => number < 1UL << 48 ? (long)number : 0;

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
            open.Kind, open.Task, open.Device, (long)open.Start.TimeNs, state,
            wait?.SinceNs ?? reset?.SinceNs ?? (long)open.Start.TimeNs, wait?.Holder?.Task, wait?.Holder?.Device,
            reset?.Method ?? ResetMethod.Unknown, open.Exiting)
        {
            Process = open.Process,
            FailedAttempts = reset?.Failed ?? [],
            WorkingSinceNs = open.Waits.Count == 0 ? (long)open.Start.TimeNs : open.Waits[^1].Time.EndNs,
        };
    }

    private ThreadState Thread(in WireEvent e)
    {
        if (_threads.TryGet((int)e.Tid, out ThreadState? thread))
            return thread;
        if (_threads.Count >= MaxThreads)
            Evict(_threads.Oldest!);
        return _threads.Add(_tasks.Of(in e), e.TimeNs);
    }

    private OpenOperation? OperationOf(int tid) => _threads.TryGet(tid, out ThreadState? thread) ? thread.Operation : null;

    private void Evict(ThreadState thread)
    {
        _unmatched += (thread.Operation is null ? 0 : 1) + thread.Resets.Clear() + thread.Teardown.Clear() +
            (thread.Starting is null ? 0 : 1) + (_locks.Remove(thread.Tid) ? 1 : 0);
        thread.EndOperation();
        thread.Starting = null;
        _threads.Remove(thread);
    }

    private void RemoveIfIdle(ThreadState thread)
    {
        if (thread.IsIdle)
            _threads.Remove(thread);
    }

    private LockHolder? HolderIn(in WireEvent e) => _tasks.PeerOf(in e) is { } task ? HolderOf(task) : null;

    // The process's name says more than the thread's: in a dying .NET process ".NET Finalizer" closes the devices.
    private LockHolder HolderOf(TaskId task)
    {
        _threads.TryGet(task.Tid, out ThreadState? thread);
        return new LockHolder(task, thread?.Operation?.Process ?? task.Comm, thread?.Operation?.Device ?? thread?.Resets.Device)
        {
            OperationNs = thread?.Operation is { } open && !open.Kind.IsReset() ? (long)open.Start.TimeNs : null,
        };
    }

    private int? StackOf(in WireEvent e)
    {
        if (e.Stack < WireEvent.NoStack)
            StacksLost++;
        return e.Stack < 0 ? null : e.Stack;
    }
}
