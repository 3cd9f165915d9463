using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What made a process let its devices go.</summary>
public enum Trigger
{
    /// <summary>It was exiting, and whether a signal made it do so could not be seen.</summary>
    Unknown,

    /// <summary>It closed its devices itself, and was not exiting.</summary>
    Close,

    /// <summary>It exited, by itself as far as we saw.</summary>
    Exit,

    /// <summary>It died of a signal that has no name here.</summary>
    Signal,

    SigHup,
    SigInt,
    SigQuit,
    SigIll,
    SigTrap,
    SigAbrt,
    SigBus,
    SigFpe,
    SigKill,
    SigSegv,
    SigTerm,
    SigSys,
}

/// <summary>All releases of one process that one cause explains, from that cause to the last thing it caused.</summary>
/// <param name="Task">The process, by its first thread.</param>
/// <param name="Trigger">The cause.</param>
/// <param name="Signals">Signals that end processes, sent to it during the shutdown, the cause included, in order.</param>
/// <param name="Time">From the signal that is the cause, else from the exit or the first close; to the end of the
/// process (reaped, else dead) where it exited, else to the end of the last close or of what followed from it.</param>
/// <param name="Releases">In the order in which they began; empty if the process is gone and all its devices are not.</param>
public sealed record Shutdown(
    TaskId Task,
    Trigger Trigger,
    ImmutableArray<SignalDelivered> Signals,
    Interval Time,
    ImmutableArray<Operation> Releases)
{
    /// <summary>Its begin was not seen: <see cref="Time"/> is a lower bound, and devices may be missing.</summary>
    public bool BeganBefore { get; init; }

    /// <summary>The capture ended before it did: <see cref="Time"/> is a lower bound.</summary>
    public bool Unfinished { get; init; }

    /// <summary>What happened to it is known from begin to end.</summary>
    public bool IsWhole => !BeganBefore && !Unfinished;

    /// <summary>Signals that came before it and are not its cause: the process went on for long, in order.</summary>
    public ImmutableArray<SignalDelivered> EarlierSignals { get; init; } = [];

    /// <summary>Releases and opens under way when the capture ended, oldest first.</summary>
    public ImmutableArray<OperationInFlight> UnderWay { get; init; } = [];

    /// <summary>Opens of the process that were under way in that time, in the order of their ends.</summary>
    public ImmutableArray<Operation> Opens { get; init; } = [];

    /// <summary>Resets by the process in that time, outside of releases and opens, in the order of their ends.</summary>
    public ImmutableArray<Reset> OtherResets { get; init; } = [];

    /// <summary>When it began to exit, CLOCK_MONOTONIC; null if it did not, or that was not seen.</summary>
    public long? ExitsNs { get; init; }

    /// <summary>When it was dead; null if it is not, or that was not seen.</summary>
    public long? DeadNs { get; init; }

    /// <summary>When its parent took notice.</summary>
    public long? ReapedNs { get; init; }

    /// <summary>What else its teardown consisted of, in the order of their ends.</summary>
    public ImmutableArray<TeardownPart> Parts { get; init; } = [];

    /// <summary>Devices it opened that nobody had released when it was gone: somebody else has them open.</summary>
    public ImmutableArray<string> Unreleased { get; init; } = [];

    /// <summary>The process is dead.</summary>
    public bool Gone => DeadNs is not null || ReapedNs is not null;

    /// <summary>Sum over the devices, nanoseconds; more than the wall time where they wait side by side.</summary>
    public long LockWaitNs => Releases.Sum(r => r.LockWaitNs);

    /// <summary>Sum over the devices, nanoseconds.</summary>
    public long ResetNs => Releases.Sum(r => r.ResetNs);

    /// <summary>How many devices were being released at the same time, at most.</summary>
    public int PeakConcurrency => Interval.PeakConcurrency(Releases.Select(r => r.Time));

    /// <summary>What the releases would take if nothing but their locks held them apart, nanoseconds.</summary>
    public long IfParallelNs => SerialChain.LongestNs(Releases);

    /// <summary>Where the wall time went.</summary>
    public ShutdownPhases Phases => ShutdownPhases.Of(this);
}
