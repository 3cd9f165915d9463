using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>A thread, as it called itself.</summary>
/// <param name="Tid">The thread.</param>
/// <param name="Tgid">Its process, what user space calls the pid.</param>
/// <param name="Comm">The thread's name, made printable.</param>
public sealed record TaskId(int Tid, int Tgid, string Comm);

/// <summary>Something that is over: what the stream of events amounts to.</summary>
public abstract record Activity;

/// <summary>What is done to a VFIO device.</summary>
public enum OperationKind
{
    /// <summary>The last close of a device's file.</summary>
    Release,

    /// <summary>A device is handed out of its group.</summary>
    Open,
}

/// <summary>One device opened or released, with what happened on the way.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Task">Who did it.</param>
/// <param name="Process">The process's name: that of its first thread, not of the one that did it.</param>
/// <param name="Cgroup">The thread's cgroup id.</param>
/// <param name="Device">PCI address, or the name of a device that is not PCI.</param>
/// <param name="IsPci">False for mediated and platform devices.</param>
/// <param name="Lock">Address of the dev_set's mutex; 0 where unknown.</param>
/// <param name="Exiting">The process was on its way out (do_exit), not calling close().</param>
/// <param name="Time">From entry to return, waits included.</param>
/// <param name="LockWaits">In order.</param>
/// <param name="Resets">In order, outermost only.</param>
/// <param name="Stack">Key of the kernel stack it began on, if it took long; else null.</param>
public sealed record Operation(
    OperationKind Kind,
    TaskId Task,
    string Process,
    ulong Cgroup,
    string Device,
    bool IsPci,
    ulong Lock,
    bool Exiting,
    Interval Time,
    ImmutableArray<LockWait> LockWaits,
    ImmutableArray<Reset> Resets,
    int? Stack = null) : Activity
{
    /// <summary>What an open returned: a descriptor, or a negative errno; 0 for a release.</summary>
    public int Result { get; init; }

    /// <summary>It began before all probes were in place: waits and resets may be missing, and nothing follows from that.</summary>
    public bool Partial { get; init; }

    public long LockWaitNs => LockWaits.Sum(w => w.Time.DurationNs);

    public long ResetNs => Resets.Sum(r => r.Time.DurationNs);
}

/// <summary>A wait for a mutex that somebody else had.</summary>
/// <param name="Lock">The mutex's address.</param>
/// <param name="Kind">Whose it is.</param>
/// <param name="Time">From finding it taken to having it.</param>
/// <param name="Holders">Who had it meanwhile, in order; together they cover the wait.</param>
/// <param name="Stack">Key of the kernel stack it began on, if it took long; else null.</param>
public sealed record LockWait(
    ulong Lock, LockKind Kind, Interval Time, ImmutableArray<Holder> Holders, int? Stack = null);

/// <summary>A thread that had the lock while another one waited.</summary>
/// <param name="Task">Who; null if the kernel was just handing it over.</param>
/// <param name="Process">Its process's name, where known; else the thread's.</param>
/// <param name="Device">The device it was releasing, opening or resetting; null if it was doing something else.</param>
/// <param name="Time">While it held the waiter up.</param>
/// <param name="ResetNs">Of that, the time it was resetting a device.</param>
public sealed record Holder(TaskId? Task, string? Process, string? Device, Interval Time, long ResetNs)
{
    public long Ns => Time.DurationNs;
}

/// <summary>How a device was reset; the words are those of <c>reset_method</c> in sysfs.</summary>
public enum ResetMethod
{
    /// <summary>No method worked, or none that we can see.</summary>
    Unknown,
    Bus,
    Flr,
    AfFlr,
    Pm,
    DeviceSpecific,
}

/// <summary>One reset, from the outermost function in to the outermost out.</summary>
/// <param name="Device">What was to be reset.</param>
/// <param name="Method">What did it.</param>
/// <param name="Time">All of it, the wait for the device to come back included.</param>
/// <param name="Result">What the kernel's function returned: 0, or a negative errno.</param>
/// <param name="Parts">The steps inside, in the order of their ends.</param>
/// <param name="Stack">Key of the kernel stack its slowest innermost step began on, if it took long; else null.</param>
public sealed record Reset(
    string Device, ResetMethod Method, Interval Time, int Result, ImmutableArray<ResetPart> Parts, int? Stack = null);

/// <summary>One step of a reset.</summary>
/// <param name="Step">Which function.</param>
/// <param name="Device">The device, or the bridge above it for the steps that are the bridge's.</param>
/// <param name="Time">From entry to return.</param>
/// <param name="Result">0 where the function returns nothing.</param>
public sealed record ResetPart(ResetStep Step, string Device, Interval Time, int Result);

/// <summary>A reset outside of every release and open: a VM resetting its devices as it starts, say.</summary>
public sealed record StandaloneReset(TaskId Task, Reset Reset) : Activity;

/// <summary>A signal that ends processes was delivered.</summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="Target">Whom it is for.</param>
/// <param name="Number">SIGTERM is 15, SIGKILL 9.</param>
/// <param name="TimeNs">When.</param>
public sealed record SignalDelivered(TaskId Sender, TaskId Target, int Number, long TimeNs) : Activity
{
    /// <summary>The kernel dropped it: the process ignores it.</summary>
    public bool Ignored { get; init; }
}

/// <summary>A process that has or had devices came a step further on its way out.</summary>
/// <param name="Process">By its first thread.</param>
/// <param name="Step">How far.</param>
/// <param name="TimeNs">When.</param>
public sealed record ProcessAdvanced(TaskId Process, ProcessStep Step, long TimeNs) : Activity
{
    /// <summary>
    /// At <see cref="ProcessStep.Exits"/> the exit code as the kernel has it: the low seven bits are the signal that killed the
    /// process, 0 if none did; else 0.
    /// </summary>
    public int ExitCode { get; init; }
}

/// <summary>A part of the end of a process that is not the devices'; releases may lie inside.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">Which part.</param>
/// <param name="Time">From begin to end.</param>
public sealed record TeardownPart(TaskId Task, TeardownStep Step, Interval Time) : Activity;
