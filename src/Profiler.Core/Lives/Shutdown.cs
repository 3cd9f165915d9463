using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>The cause of a shutdown; <see cref="Names.TriggerNames"/> has the names.</summary>
public enum Trigger
{
    /// <summary>An exit whose cause could not be seen.</summary>
    Unknown,

    /// <summary>The process closed its devices and lives on.</summary>
    Close,

    /// <summary>The process exited by itself.</summary>
    Exit,

    /// <summary>A signal that is not one of the following.</summary>
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
/// <param name="Task">The process: its first thread.</param>
/// <param name="Trigger">The cause.</param>
/// <param name="Signals">Signals to the process during the shutdown, including the cause, in order.</param>
/// <param name="Time">From the signal that is the cause, else from the exit or the first close; to the end of the
/// process (reaped, else dead) where it exited, else to the end of the last close or of what followed from it.</param>
/// <param name="Releases">In the order of their begins; empty if the process is gone and none of its devices was released.</param>
public sealed record Shutdown(
    TaskId Task,
    Trigger Trigger,
    ImmutableArray<SignalDelivered> Signals,
    Interval Time,
    ImmutableArray<Operation> Releases)
{
    /// <summary>It began before the capture: <see cref="Time"/> is a lower bound, and devices may be missing.</summary>
    public bool BeganBefore { get; init; }

    /// <summary>It was not finished when the capture ended: <see cref="Time"/> is a lower bound.</summary>
    public bool Unfinished { get; init; }

    /// <summary>It was seen from begin to end.</summary>
    public bool IsWhole => !BeganBefore && !Unfinished;

    /// <summary>Earlier signals that are not the cause, in order.</summary>
    public ImmutableArray<SignalDelivered> EarlierSignals { get; init; } = [];

    /// <summary>Operations in progress when the capture ended, oldest first.</summary>
    public ImmutableArray<OperationInFlight> UnderWay { get; init; } = [];

    /// <summary>Opens by the process in this time, in the order of their ends.</summary>
    public ImmutableArray<Operation> Opens { get; init; } = [];

    /// <summary>Resets that the process asked for in this time, in the order of their ends.</summary>
    public ImmutableArray<Operation> UserResets { get; init; } = [];

    /// <summary>Resets by the process in this time, outside of operations, in the order of their ends.</summary>
    public ImmutableArray<Reset> OtherResets { get; init; } = [];

    /// <summary>When the process began to exit, CLOCK_MONOTONIC; null if it did not, or it was not seen.</summary>
    public long? ExitsNs { get; init; }

    /// <summary>When it was dead, CLOCK_MONOTONIC; null if it is not, or it was not seen.</summary>
    public long? DeadNs { get; init; }

    /// <summary>When its parent reaped it, CLOCK_MONOTONIC; null if it did not, or it was not seen.</summary>
    public long? ReapedNs { get; init; }

    /// <summary>The other parts of the teardown, in the order of their ends.</summary>
    public ImmutableArray<TeardownPart> Parts { get; init; } = [];

    /// <summary>What it unmapped and unpinned, together; null if nothing, or if that was not watched.</summary>
    public DmaUnmapping? Unmapped
    {
        get
        {
            DmaUnmapping? sum = null;
            foreach (TeardownPart part in Parts)
                sum = sum is null ? part.Unmapping : part.Unmapping is { } unmapping ? sum + unmapping : sum;
            return sum;
        }
    }

    /// <summary>Wall time of the parts that unmapped, nanoseconds.</summary>
    public long UnmappedInNs
    {
        get
        {
            using var unmapping = new Scratch<TeardownPart>();
            foreach (TeardownPart part in Parts)
            {
                if (part.Unmapping is not null)
                    unmapping.Add(part);
            }
            return Interval.UnionNs<TeardownPart>(unmapping.Items, static p => p.Time);
        }
    }

    /// <summary>Devices that it opened and that were not released when it was gone.</summary>
    public ImmutableArray<string> Unreleased { get; init; } = [];

    /// <summary>The process is dead.</summary>
    public bool Gone => DeadNs is not null || ReapedNs is not null;

    /// <summary>
    /// Another process closed the device last, or a thread of the kernel: the process had let it go, or was gone.
    /// </summary>
    /// <param name="release">One of <see cref="Releases"/>.</param>
    public bool IsByOther(Operation release) =>
        release.Task.Tgid != Task.Tgid || release.ByKernelThread || release.Time.StartNs >= (ReapedNs ?? long.MaxValue);

    /// <summary>For how long the process had been dead when a release of it began, nanoseconds; null if it lived.</summary>
    /// <param name="release">One of <see cref="Releases"/>.</param>
    public long? AfterDeathNs(Operation release) =>
        (DeadNs ?? ReapedNs) is { } ns && release.Time.StartNs >= ns ? release.Time.StartNs - ns : null;

    /// <summary>Sum of the lock waits, nanoseconds; may be more than the wall time if they wait in parallel.</summary>
    public long LockWaitNs => Releases.Sum(r => r.LockWaitNs);

    /// <summary>Sum of the resets, nanoseconds.</summary>
    public long ResetNs => Releases.Sum(r => r.ResetNs);

    /// <summary>The maximum number of releases at the same time.</summary>
    public int PeakConcurrency => Interval.PeakConcurrency(Releases.AsSpan(), static r => r.Time);

    /// <inheritdoc cref="SerialChain.LongestNs"/>
    public long IfParallelNs => SerialChain.LongestNs(Releases.AsSpan());

    /// <summary>Where the wall time went; computed once.</summary>
    public ShutdownPhases Phases => _phases.Of(this, ShutdownPhases.Of);

    private ComputedOnce<Shutdown, ShutdownPhases> _phases;
}
