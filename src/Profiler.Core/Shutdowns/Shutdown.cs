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

/// <summary>All releases of one process, from the signal or the first close to the last, or to its death.</summary>
/// <param name="Task">The process, by its first thread.</param>
/// <param name="Trigger">Why.</param>
/// <param name="Signals">Signals that end processes, sent to it before or during the shutdown, in order.</param>
/// <param name="Time">From the first of these signals, else from the first release; to the death of the
/// process where it exited, else to the end of the last release.</param>
/// <param name="GoneNs">When the process was dead, CLOCK_MONOTONIC; null if that was not seen.</param>
/// <param name="Releases">In the order in which they began.</param>
public sealed record Shutdown(
    TaskId Task,
    Trigger Trigger,
    ImmutableArray<SignalDelivered> Signals,
    Interval Time,
    long? GoneNs,
    ImmutableArray<Operation> Releases)
{
    /// <summary>Sum over the devices, nanoseconds; more than the wall time where they wait side by side.</summary>
    public long LockWaitNs => Releases.Sum(r => r.LockWaitNs);

    /// <summary>Sum over the devices, nanoseconds.</summary>
    public long ResetNs => Releases.Sum(r => r.ResetNs);

    /// <summary>How many devices were being released at the same time, at most.</summary>
    public int PeakConcurrency => Interval.PeakConcurrency(Releases.Select(r => r.Time));

    /// <summary>What the releases would take if nothing but their locks held them apart, nanoseconds.</summary>
    public long IfParallelNs => SerialChain.LongestNs(Releases);

    /// <summary>The wall time in consecutive stretches; they add up to it.</summary>
    public ShutdownPhases Phases
    {
        get
        {
            long first = Math.Max(Releases[0].Time.StartNs, Time.StartNs);
            long last = Math.Min(Releases.Max(r => r.Time.EndNs), Time.EndNs);
            long releasing = Interval.UnionNs(Releases.Select(r => r.Time));
            return new ShutdownPhases(first - Time.StartNs, releasing, last - first - releasing, Time.EndNs - last);
        }
    }

    /// <summary>The part of the wall time in which no device was being released, nanoseconds.</summary>
    public long UnattributedNs => Time.DurationNs - Phases.ReleasingNs;
}

/// <summary>Where the wall time of a shutdown went, nanoseconds.</summary>
/// <param name="BeforeReleasesNs">From the signal to the first release.</param>
/// <param name="ReleasingNs">While at least one device was being released.</param>
/// <param name="BetweenReleasesNs">Between releases.</param>
/// <param name="AfterReleasesNs">From the last release to the death of the process.</param>
public readonly record struct ShutdownPhases(
    long BeforeReleasesNs, long ReleasingNs, long BetweenReleasesNs, long AfterReleasesNs);
