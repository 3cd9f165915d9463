using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>A thread with something in progress. Used again for another one when it has nothing more.</summary>
internal sealed class ThreadState
{
    private readonly OpenOperation _operation = new();

    public int Tid { get; private set; }

    public TaskId Task { get; private set; } = null!;

    public ulong SinceNs { get; private set; }

    /// <summary>The operation in progress; null if there is none.</summary>
    public OpenOperation? Operation { get; private set; }

    public ResetAssembler Resets { get; } = new();

    public TeardownAssembler Teardown { get; } = new();

    /// <summary>The part of a start in progress; parts of starts do not nest.</summary>
    public StartPartInFlight? Starting { get; set; }

    public bool IsIdle => Operation is null && Resets.IsEmpty && Teardown.IsEmpty && Starting is null;

    /// <summary>The neighbours in the order in which the threads began.</summary>
    public ThreadState? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public ThreadState? Younger { get; set; }

    /// <summary>The neighbours among the threads of the same process.</summary>
    public ThreadState? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public ThreadState? Next { get; set; }

    public void Begin(TaskId task, ulong sinceNs) => (Tid, Task, SinceNs) = (task.Tid, task, sinceNs);

    public void Begin(OperationKind kind, in WireEvent begin, Tasks tasks)
    {
        _operation.Begin(kind, in begin, tasks);
        Operation = _operation;
    }

    public void EndOperation() => Operation = null;
}

/// <summary>An operation in progress.</summary>
internal sealed class OpenOperation
{
    private WireEvent _begin;

    public OperationKind Kind { get; private set; }

    public ref readonly WireEvent Start => ref _begin;

    public TaskId Task { get; private set; } = null!;

    /// <summary>The name of the process: that of its first thread.</summary>
    public string Process { get; private set; } = "";

    public string Device { get; private set; } = "";

    /// <inheritdoc cref="Operation.ByKernelThread"/>
    public bool ByKernelThread => (_begin.Flags & EventFlags.KernelThread) != 0;

    /// <inheritdoc cref="Operation.Exiting"/>
    public bool Exiting => (_begin.Flags & EventFlags.Exiting) != 0;

    public List<LockWait> Waits { get; } = [];

    public List<Reset> Resets { get; } = [];

    public List<TriedLock> TriedLocks { get; } = [];

    public void Begin(OperationKind kind, in WireEvent begin, Tasks tasks)
    {
        (Kind, _begin, Task) = (kind, begin, tasks.Of(in begin));
        Process = begin.Peer.Tid == 0 ? Task.Comm : tasks.Text(in begin.Peer.Comm);
        Device = tasks.Text(in begin.Device);
        Waits.Clear();
        Resets.Clear();
        TriedLocks.Clear();
    }
}
