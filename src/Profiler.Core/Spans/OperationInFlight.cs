using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>What an operation is doing at the moment.</summary>
public enum OperationState
{
    Working,
    WaitingForLock,
    Resetting,
}

/// <summary>An operation that has begun and not ended.</summary>
/// <param name="Kind">Which operation.</param>
/// <param name="Task">The thread.</param>
/// <param name="Device">PCI address, or the name of a device that is not PCI.</param>
/// <param name="StartNs">Its begin, CLOCK_MONOTONIC.</param>
/// <param name="State">What it is doing.</param>
/// <param name="StateSinceNs">Since when, CLOCK_MONOTONIC.</param>
/// <param name="Holder">The holder of the lock that it waits for; null if it does not wait, or the holder is unknown.</param>
/// <param name="HolderDevice">The device that the holder releases, opens or resets.</param>
/// <param name="Method">The reset method that is being tried, as far as known.</param>
/// <param name="Exiting">Its process exits; it does not call close().</param>
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
    /// <summary>The name of the process: that of its first thread.</summary>
    public string Process { get; init; } = Task.Comm;

    /// <summary>The methods that have failed in the reset in progress.</summary>
    public ImmutableArray<ResetAttempt> FailedAttempts { get; init; } = [];

    /// <summary>The end of its last lock wait, else its begin; CLOCK_MONOTONIC.</summary>
    public long WorkingSinceNs { get; init; } = StartNs;
}

/// <summary>A part of a teardown that has begun and not ended.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">Which part.</param>
/// <param name="SinceNs">Since when, CLOCK_MONOTONIC.</param>
public sealed record TeardownInFlight(TaskId Task, TeardownStep Step, long SinceNs);
