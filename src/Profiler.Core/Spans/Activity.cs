using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>A thread.</summary>
/// <param name="Tid">The thread.</param>
/// <param name="Tgid">Its process: the pid of user space.</param>
/// <param name="Comm">The thread's name, printable.</param>
public sealed record TaskId(int Tid, int Tgid, string Comm);

/// <summary>Something that has ended, assembled from events.</summary>
public abstract record Activity;

/// <summary>The operations on a VFIO device.</summary>
public enum OperationKind
{
    /// <summary>The last close of a device's file.</summary>
    Release,

    /// <summary>VFIO_GROUP_GET_DEVICE_FD, or VFIO_DEVICE_BIND_IOMMUFD.</summary>
    Open,

    /// <summary>VFIO_DEVICE_RESET.</summary>
    DeviceReset,

    /// <summary>VFIO_DEVICE_PCI_HOT_RESET: resets all devices of the slot or bus.</summary>
    HotReset,
}

/// <summary>Groups of operations.</summary>
public static class OperationKinds
{
    /// <summary>A program asked for a reset of its device.</summary>
    public static bool IsReset(this OperationKind kind) => kind is OperationKind.DeviceReset or OperationKind.HotReset;
}

/// <summary>One open or release of a device, or a reset that a program asked for, with its waits and resets.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Task">The thread.</param>
/// <param name="Process">The name of the process: that of its first thread.</param>
/// <param name="Cgroup">The thread's cgroup id.</param>
/// <param name="Device">PCI address, or the name of a device that is not PCI.</param>
/// <param name="IsPci">False for mediated and platform devices.</param>
/// <param name="Lock">Address of the dev_set's mutex; 0 where unknown.</param>
/// <param name="Exiting">The process was exiting (do_exit); it did not call close().</param>
/// <param name="Time">From entry to return, waits included.</param>
/// <param name="LockWaits">In order.</param>
/// <param name="Resets">In order; only the outermost ones.</param>
/// <param name="Stack">Key of the kernel stack on which it began; null if it was quick.</param>
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
    /// <summary>What an open or a reset returned: a descriptor or 0, or a negative errno; 0 for a release.</summary>
    public int Result { get; init; }

    /// <summary>It began before all probes were attached: waits and resets may be missing.</summary>
    public bool Partial { get; init; }

    /// <summary>Of a release: by a thread of the kernel, which does it for no process of its own.</summary>
    public bool ByKernelThread { get; init; }

    /// <summary>Devices and bridges whose locks it needed for a reset and did not get: that reset was left out. In order.</summary>
    public ImmutableArray<TriedLock> TriedLocks { get; init; } = [];

    /// <summary>The device is open through its group, whose container is an iommufd that emulates type 1; false where that is not known.</summary>
    public bool IommufdCompat { get; init; }

    /// <summary>Sum of its lock waits, nanoseconds.</summary>
    public long LockWaitNs
    {
        get
        {
            long ns = 0;
            foreach (LockWait wait in LockWaits)
                ns += wait.Time.DurationNs;
            return ns;
        }
    }

    /// <summary>Sum of its resets, nanoseconds.</summary>
    public long ResetNs
    {
        get
        {
            long ns = 0;
            foreach (Reset reset in Resets)
                ns += reset.Time.DurationNs;
            return ns;
        }
    }

    /// <summary>Its longest reset, whose method is shown for the operation; null if there was no reset.</summary>
    public Reset? LongestReset
    {
        get
        {
            Reset? longest = null;
            foreach (Reset reset in Resets)
            {
                if (longest is null || reset.Time.DurationNs > longest.Time.DurationNs)
                    longest = reset;
            }
            return longest;
        }
    }
}

/// <summary>A wait for a lock that another thread held.</summary>
/// <param name="Lock">The lock's address.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Time">From the begin of the wait until the thread has the lock.</param>
/// <param name="Holders">Its holders meanwhile, in order; together they cover the wait.</param>
/// <param name="Stack">Key of the kernel stack on which it began; null if it was quick.</param>
public sealed record LockWait(
    ulong Lock, LockKind Kind, Interval Time, Holders Holders, int? Stack = null)
{
    /// <summary>An rw-semaphore was needed to write, not only to read; null for other kinds.</summary>
    public bool? AsWriter { get; init; }

    /// <summary>The holders during several waits; those that many waits share come once.</summary>
    public static IEnumerable<Holder> HoldersOf(IEnumerable<LockWait> waits)
    {
        var once = new HoldersOnce();
        foreach (LockWait wait in waits)
        {
            foreach (Holder holder in once.Of(wait))
                yield return holder;
            once.Add(wait);
        }
    }
}

/// <summary>The lock of a device, or access to its configuration space, that was tried and was not free.</summary>
/// <param name="Device">The device or bridge.</param>
/// <param name="Holder">
/// Null if it was access to the configuration space, which has no holder, or if the holder let go meanwhile.
/// </param>
public sealed record TriedLock(string Device, LockHolder? Holder);

/// <summary>A thread that held a lock while another one waited for it.</summary>
/// <param name="Task">The thread; null if the kernel was handing the lock over, or if readers may have held it.</param>
/// <param name="Process">The name of its process, or of the thread if that is unknown.</param>
/// <param name="Device">The device that it released, opened or reset; null if it did something else.</param>
/// <param name="Time">The part of the wait in which it held the lock.</param>
/// <param name="ResetNs">The part of that time in which it reset a device, nanoseconds.</param>
public sealed record Holder(TaskId? Task, string? Process, string? Device, Interval Time, long ResetNs)
{
    /// <summary>The duration of <see cref="Time"/>, nanoseconds.</summary>
    public long Ns => Time.DurationNs;

    /// <summary>
    /// The begin of the release or open in which it held the lock, CLOCK_MONOTONIC: with the thread it names that operation before it has
    /// ended. Null if it was none, or its begin was not seen.
    /// </summary>
    public long? OperationNs
    {
        get => _operationNs.Value;
        init => _operationNs = new(value);
    }

    private readonly OptionalNs _operationNs;
}

/// <summary>How a device was reset; <see cref="Names.ResetNames"/> has the names.</summary>
public enum ResetMethod
{
    /// <summary>None was tried, or one without a probe.</summary>
    Unknown,
    Bus,
    Flr,
    AfFlr,
    Pm,
    DeviceSpecific,
    Acpi,
    CxlBus,
    D3cold,
}

/// <summary>One reset, from entry to return of the outermost function.</summary>
/// <param name="Device">The device.</param>
/// <param name="Method">The method that was tried last.</param>
/// <param name="FailedBefore">The methods that were tried before it, in order.</param>
/// <param name="Time">Including the wait until the device responds again.</param>
/// <param name="Result">The function's result: 0, or a negative errno.</param>
/// <param name="Parts">Its steps, in the order of their ends.</param>
/// <param name="Stack">Key of the kernel stack on which its slowest inner step began; null if it was quick.</param>
public sealed record Reset(
    string Device, ResetMethod Method, ImmutableArray<ResetAttempt> FailedBefore, Interval Time, int Result,
    ImmutableArray<ResetPart> Parts, int? Stack = null)
{
    /// <summary>All methods that were tried, in order; empty if all of them declined.</summary>
    public ImmutableArray<ResetAttempt> Attempts => Method == ResetMethod.Unknown && Result != 0
        ? FailedBefore
        : [.. FailedBefore, new ResetAttempt(Method, new Interval(FailedBefore.IsEmpty ? Time.StartNs : FailedBefore[^1].Time.EndNs, Time.EndNs), Result)];
}

/// <summary>
/// A method that the kernel tried. One that declined at once, because the device does not support it, is only among the parts of the reset.
/// </summary>
/// <param name="Method">The method.</param>
/// <param name="Time">From the end of the attempt before.</param>
/// <param name="Result">0, or a negative errno; -ENOTTY, after which the kernel tries the next method, if the device did not respond in time.</param>
public readonly record struct ResetAttempt(ResetMethod Method, Interval Time, int Result);

/// <summary>One step of a reset.</summary>
/// <param name="Step">The function.</param>
/// <param name="Device">The device, or the bridge above it for steps of the bridge.</param>
/// <param name="Time">From entry to return.</param>
/// <param name="Result">0 where the function returns nothing.</param>
public readonly record struct ResetPart(ResetStep Step, string Device, Interval Time, int Result);

/// <summary>A reset outside of operations, for example by a write to sysfs.</summary>
public sealed record StandaloneReset(TaskId Task, Reset Reset) : Activity;

/// <summary>A signal that ends processes was delivered.</summary>
/// <param name="Sender">The sender.</param>
/// <param name="Target">The receiver.</param>
/// <param name="Number">See <see cref="Linux.Signals"/>.</param>
/// <param name="TimeNs">CLOCK_MONOTONIC.</param>
public sealed record SignalDelivered(TaskId Sender, TaskId Target, int Number, long TimeNs) : Activity
{
    /// <summary>The process ignores it: the kernel dropped it.</summary>
    public bool Ignored { get; init; }
}

/// <summary>A tracked process (one that has or had devices) reached the next step of its end.</summary>
/// <param name="Process">Its first thread.</param>
/// <param name="Step">The step.</param>
/// <param name="TimeNs">CLOCK_MONOTONIC.</param>
public sealed record ProcessAdvanced(TaskId Process, ProcessStep Step, long TimeNs) : Activity
{
    /// <summary>
    /// At <see cref="ProcessStep.Exits"/> the kernel's exit code: its low seven bits are the signal that killed the process, or 0.
    /// At other steps 0.
    /// </summary>
    public int ExitCode { get; init; }
}

/// <summary>A part of the end of a process other than releases; releases may be inside it.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">The part.</param>
/// <param name="Time">From begin to end.</param>
public sealed record TeardownPart(TaskId Task, TeardownStep Step, Interval Time) : Activity
{
    /// <summary>By a thread of the kernel, of what a process left behind.</summary>
    public bool ByKernelThread { get; init; }

    /// <summary>Of <see cref="TeardownStep.Iommu"/>: what it unmapped, without parts inside it; null if nothing, or if that is not watched.</summary>
    public DmaUnmapping? Unmapping { get; init; }
}
