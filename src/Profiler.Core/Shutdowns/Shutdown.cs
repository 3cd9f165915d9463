using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Shutdowns;

/// <summary>What made a process let its devices go.</summary>
public enum Trigger
{
    /// <summary>It was exiting, and whether a signal made it do so could not be seen.</summary>
    Unknown,

    /// <summary>It closed its devices itself, and was not exiting.</summary>
    Close,

    /// <summary>It exited, by itself as far as we saw.</summary>
    Exit,

    SigHup,
    SigInt,
    SigQuit,
    SigKill,
    SigTerm,
}

/// <summary>All releases of one process, from the signal or the first close to the last, or to its end.</summary>
/// <param name="Task">The process, by its first thread.</param>
/// <param name="Trigger">Why.</param>
/// <param name="Signals">Signals that end processes, sent to it before or during the shutdown, in order.</param>
/// <param name="Time">From the first of these signals, else from the exit or the first release; to the end of the
/// process (reaped, else dead) where it exited, else to the end of the last release or what followed from it.</param>
/// <param name="Releases">In the order in which they began; empty if the process is gone and all its devices are not.</param>
public sealed record Shutdown(
    TaskId Task,
    Trigger Trigger,
    ImmutableArray<SignalDelivered> Signals,
    Interval Time,
    ImmutableArray<Operation> Releases)
{
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

    /// <summary>It had begun before anybody watched: times and counts are lower bounds.</summary>
    public bool BeganBefore { get; init; }

    /// <summary>It was under way when the capture ended: times and counts are lower bounds.</summary>
    public bool Unfinished { get; init; }

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
