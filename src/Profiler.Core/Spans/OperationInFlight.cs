using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>What an operation is doing just now.</summary>
public enum OperationState
{
    Working,
    WaitingForLock,
    Resetting,
}

/// <summary>An operation that has begun and not ended.</summary>
/// <param name="Kind">Release or open.</param>
/// <param name="Task">Who does it.</param>
/// <param name="Device">On which device.</param>
/// <param name="StartNs">Since when, CLOCK_MONOTONIC.</param>
/// <param name="State">What it is doing.</param>
/// <param name="StateSinceNs">Since when it is doing that.</param>
/// <param name="Holder">Who has the lock it waits for; null if it does not wait, or nobody knows.</param>
/// <param name="HolderDevice">The device the holder is at.</param>
/// <param name="Method">How it is being reset, as far as seen.</param>
/// <param name="Exiting">Its process is on its way out, not calling close().</param>
public sealed record OperationInFlight(
    OperationKind Kind,
    TaskId Task,
    string Device,
    long StartNs,
    OperationState State,
    long StateSinceNs,
    TaskId? Holder,
    string? HolderDevice,
    ResetMethod Method = ResetMethod.Unknown,
    bool Exiting = false)
{
    /// <summary>The process's name: that of its first thread, not of the one that does it.</summary>
    public string Process { get; init; } = Task.Comm;

    /// <summary>Since when it does not wait for a lock any more, or its begin; CLOCK_MONOTONIC.</summary>
    public long WorkingSinceNs { get; init; } = StartNs;
}

/// <summary>A part of a teardown that has begun and not ended.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">Which part.</param>
/// <param name="SinceNs">Since when, CLOCK_MONOTONIC.</param>
public sealed record TeardownInFlight(TaskId Task, TeardownStep Step, long SinceNs);
