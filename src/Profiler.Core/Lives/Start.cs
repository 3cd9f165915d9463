using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What started; <see cref="Names.StartNames"/> has the names.</summary>
public enum StartKind
{
    /// <summary>A process with a virtual machine.</summary>
    Vm,

    /// <summary>Another process that uses devices.</summary>
    Process,

    /// <summary>Devices that came to a process that had started before: a hot-plug as a rule.</summary>
    Devices,
}

/// <summary>How a start ended; <see cref="Names.StartNames"/> has the names.</summary>
public enum StartEnd
{
    /// <summary>A vCPU ran for the first time.</summary>
    Run,

    /// <summary>The last thing that the process did with devices, before it was quiet or closed them.</summary>
    Quiet,

    /// <summary>The process exited before its virtual machine ran: the start failed.</summary>
    Exit,

    /// <summary>The capture ended first: what came later is missing.</summary>
    Capture,
}

/// <summary>
/// The start of a process that uses devices: from when it began to run its program, where that is known of a virtual machine, else from its
/// first contact with VFIO, to the first run of a vCPU, or to the last that it did with its devices.
/// </summary>
/// <param name="Task">The process: its first thread.</param>
/// <param name="Kind">What started.</param>
/// <param name="End">How it ended.</param>
/// <param name="Time">From begin to end.</param>
/// <param name="ContactNs">The first contact with VFIO, or the first open, CLOCK_MONOTONIC.</param>
/// <param name="Opens">Opens of devices, in the order of their ends; the failed ones, too.</param>
public sealed record Start(TaskId Task, StartKind Kind, StartEnd End, Interval Time, long ContactNs, ImmutableArray<Operation> Opens)
{
    /// <summary>It began before the capture: <see cref="Time"/> is a lower bound, and devices may be missing.</summary>
    public bool BeganBefore { get; init; }

    /// <summary>It was not finished when the capture ended: <see cref="Time"/> is a lower bound.</summary>
    public bool Unfinished => End == StartEnd.Capture;

    /// <summary>It was seen from begin to end, and succeeded: if it opened devices, at least one of them.</summary>
    public bool IsWhole => !BeganBefore && (End == StartEnd.Run || (End == StartEnd.Quiet && (Opens.IsEmpty || Opens.Any(static o => o.Result >= 0))));

    /// <summary>Devices that it opened; the others failed.</summary>
    public int Opened => Opens.Count(o => o.Result >= 0);

    /// <summary><see cref="Time"/> begins as the process began to run its program; else at the first contact with VFIO.</summary>
    public bool FromExec { get; init; }

    /// <summary>Its parts beside the opens, in the order of their ends.</summary>
    public ImmutableArray<StartPart> Parts { get; init; } = [];

    /// <summary>What it faulted in of devices' BARs, as far as that was told before it was over.</summary>
    public BarFaults Bars { get; init; }

    /// <summary>Changes of devices' power states in opens, in the order of their ends.</summary>
    public ImmutableArray<TeardownPart> PowerChanges { get; init; } = [];

    /// <summary>Other resets by the process, in the order of their ends.</summary>
    public ImmutableArray<Reset> OtherResets { get; init; } = [];

    /// <summary>Resets that the process asked for, in the order of their ends.</summary>
    public ImmutableArray<Operation> UserResets { get; init; } = [];

    /// <summary>All resets outside of opens, in the order of their begins.</summary>
    public IEnumerable<Reset> ResetsOutsideOpens => OtherResets.Concat(UserResets.SelectMany(r => r.Resets)).OrderBy(r => r.Time.StartNs);

    /// <summary>Opens and resets that it asked for in progress, oldest first.</summary>
    public ImmutableArray<OperationInFlight> UnderWay { get; init; } = [];

    /// <summary>Other parts in progress, oldest first.</summary>
    public ImmutableArray<StartPartInFlight> PartsUnderWay { get; init; } = [];

    /// <summary>What its mappings for DMA did, together.</summary>
    public DmaMapping Mapped
    {
        get
        {
            var sum = new DmaMapping();
            foreach (StartPart part in Parts)
                sum += part.Mapping ?? new DmaMapping();
            return sum;
        }
    }

    /// <summary>Sum of the lock waits of its opens and of the resets that it asked for, nanoseconds.</summary>
    public long LockWaitNs => Opens.Concat(UserResets).Sum(o => o.LockWaitNs);

    /// <summary>Sum of its resets, in opens and outside of them, nanoseconds.</summary>
    public long ResetNs => Opens.Sum(o => o.ResetNs) + ResetsOutsideOpens.Sum(r => r.Time.DurationNs);

    /// <summary>Where the wall time went; computed once.</summary>
    public StartPhases Phases => _phases.Of(this, StartPhases.Of);

    private ComputedOnce<Start, StartPhases> _phases;
}
