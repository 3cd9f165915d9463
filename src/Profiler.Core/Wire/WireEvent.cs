using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Profiler.Core.Wire;

/// <summary>Kind of event; <c>enum event_kind</c> in bpf/events.h.</summary>
public enum EventKind : byte
{
    Release = 1,
    Open,
    LockWait,
    Reset,
    Signal,
    Process,
    Teardown,
    Start,
    UserReset,
}

/// <summary>Position of an event in a span; <c>enum event_edge</c> in bpf/events.h.</summary>
public enum EventEdge : byte
{
    Instant,
    Begin,
    End,
}

/// <summary>The function whose call a reset event begins or ends; <c>enum reset_step</c> in bpf/events.h.</summary>
public enum ResetStep : byte
{
    None,
    Function,
    Bus,
    SecondaryBus,
    BridgeWait,
    Flr,
    AfFlr,
    Pm,
    DeviceSpecific,
    DeviceWait,
    Acpi,
    CxlBus,
    D3cold,
    IommuBlock,
    IommuRestore,
}

/// <summary>Steps of a process exit, in this order; <c>enum process_step</c> in bpf/events.h.</summary>
public enum ProcessStep : byte
{
    None,

    /// <summary>The kernel ends all threads of the process.</summary>
    Exits,

    /// <summary>Its last thread has notified the parent.</summary>
    Dead,

    /// <summary>The parent has reaped the process: it no longer exists.</summary>
    Reaped,
}

/// <summary>A part of a process exit other than device release; <c>enum teardown_step</c> in bpf/events.h.</summary>
public enum TeardownStep : byte
{
    None,
    Memory,
    Files,
    Iommu,
    Kvm,
    Power,
    CoreDump,
}

/// <summary>A part of a start other than device opens, or a point of it; <c>enum start_step</c> in bpf/events.h.</summary>
public enum StartStep : byte
{
    None,

    /// <summary>The process opens something of VFIO for the first time.</summary>
    Contact,

    /// <summary>It creates a virtual machine.</summary>
    Vm,

    /// <summary>A vCPU of it runs for the first time.</summary>
    Run,

    /// <summary>Memory, or a device's, is mapped for DMA: pinned, and put into the IOMMU.</summary>
    Dma,

    /// <summary>Interrupts of a device are set up.</summary>
    Interrupts,

    /// <summary>KVM is told of memory.</summary>
    KvmMemory,

    /// <summary>What the process faulted in of devices' BARs since the last one.</summary>
    Bars,
}

/// <summary>Of a <see cref="StartStep.Contact"/>; <c>enum contact</c> in bpf/events.h.</summary>
[Flags]
public enum Contact
{
    None = 0,

    /// <summary>The process has a virtual machine that has not run yet.</summary>
    NewVm = 1 << 0,

    /// <summary>It opens a device: the container or iommufd that this is in, it opened before, or got.</summary>
    ByOpen = 1 << 1,
}

/// <summary>The ioctl by which a program has its device reset; <c>enum user_reset</c> in bpf/events.h.</summary>
public enum UserReset : byte
{
    None,

    /// <summary>VFIO_DEVICE_RESET.</summary>
    Device,

    /// <summary>VFIO_DEVICE_PCI_HOT_RESET: all devices of its slot or bus.</summary>
    Hot,
}

/// <summary>The lock of a wait; <c>enum lock_kind</c> in bpf/events.h.</summary>
public enum LockKind : byte
{
    /// <summary>A driver's own lock, or unknown, as always inside an open through the group.</summary>
    Other,

    /// <summary>The lock of all devices in one reset domain.</summary>
    DevSet,

    /// <summary>The lock of the IOMMU group.</summary>
    Group,

    /// <summary>An rw-semaphore, held by readers or by one writer. The others are mutexes.</summary>
    Rwsem,
}

/// <summary>Capture faults of the programs; <c>enum fault</c> in bpf/events.h.</summary>
public enum Fault
{
    /// <summary>A release, open, user reset, mapping, unmapping or fault of a BAR is not tracked: its map is full.</summary>
    SpansFull,

    /// <summary>A reset step is not tracked: its map is full.</summary>
    ResetsFull,

    /// <summary>A process is not tracked: the map is full.</summary>
    TrackedFull,

    /// <summary>The return of a release, open or user reset was not seen.</summary>
    EndsLost,
}

/// <summary><c>enum event_flag</c> in bpf/events.h.</summary>
[Flags]
public enum EventFlags : byte
{
    None = 0,
    Exiting = 1 << 0,
    NotPci = 1 << 1,
    Probe = 1 << 2,
    Ignored = 1 << 3,
    Writer = 1 << 4,
    IommufdCompat = 1 << 5,
    KernelThread = 1 << 6,
}

/// <summary>A related thread: a process's leader, a lock's holder, a signal's target. 0 if unknown.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WirePeer
{
    public uint Tid;
    public uint Tgid;
    public Name16 Comm;
}

/// <summary>What a mapping for DMA did; <c>struct mapped</c> in bpf/events.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WireMapped
{
    /// <summary>Bytes that were asked for; 0 if not known.</summary>
    public ulong Bytes;

    /// <summary>Bytes of memory that were pinned. A device's own memory is not.</summary>
    public ulong Pinned;

    /// <summary>Pages of any size that were not there yet, allocated and cleared as a rule.</summary>
    public ulong Faults;

    /// <summary>Their bytes; those of the process's other threads meanwhile, too.</summary>
    public ulong Faulted;

    public ulong Reserved;
}

/// <summary>The figures of a <see cref="WireUnmapped"/> that were counted; <c>enum counted</c> in bpf/events.h.</summary>
[Flags]
public enum Counted
{
    /// <summary>Nothing was unmapped, or that is not watched.</summary>
    None = 0,

    /// <summary>Mappings and their bytes.</summary>
    Bytes = 1 << 0,

    /// <summary>What was unpinned.</summary>
    Unpinned = 1 << 1,
}

/// <summary>What a <see cref="TeardownStep.Iommu"/> unmapped, without the parts inside it; <c>struct unmapped</c> in bpf/events.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WireUnmapped
{
    /// <summary>Mappings that were removed.</summary>
    public ulong Mappings;

    /// <summary>Their bytes; a device's own memory, too.</summary>
    public ulong Bytes;

    /// <summary>Bytes of memory that were unpinned. A device's own memory is not.</summary>
    public ulong Unpinned;

    /// <summary>In which type 1 unpinned, each of at most <see cref="WireEvent.UnpinBatch"/> contiguous pieces; 0 for an iommufd.</summary>
    public ulong Batches;

    /// <summary>A <see cref="Wire.Counted"/>.</summary>
    public ulong Counted;
}

/// <summary>Parts of BARs that page faults put into a process's page tables; <c>struct bar_faults</c> in bpf/events.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WireBarFaults
{
    /// <summary>Faults that did so.</summary>
    public ulong Faults;

    /// <summary>Bytes in pages of the smallest size.</summary>
    public ulong Small;

    /// <summary>Bytes in larger pages, of less than 1 GiB.</summary>
    public ulong Large;

    /// <summary>Bytes in pages of 1 GiB or more.</summary>
    public ulong Giant;

    /// <summary>In the driver's fault handler, summed over threads.</summary>
    public ulong TimeNs;
}

/// <summary>
/// One record of the ring buffer and of a recording: <c>struct event</c> in bpf/events.h, field by field.
/// A test compiles the header and compares size and offsets.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct WireEvent
{
    /// <summary><c>EVENT_FORMAT</c>: raised whenever this layout changes, or an event may have a new kind or subtype.</summary>
    public const int Format = 11;

    /// <summary>Bytes per event.</summary>
    public const int Size = 104;

    /// <summary>Number of kinds plus one: the length of an array indexed by kind.</summary>
    public const int Kinds = (int)EventKind.UserReset + 1;

    /// <summary>CLOCK_MONOTONIC, nanoseconds.</summary>
    public ulong TimeNs;

    public ulong Cgroup;

    /// <summary>
    /// The mutex of the dev_set at the begin of a release, and of an open or user reset where it is known; the contended lock at lock waits. At
    /// <see cref="StartStep.Contact"/>: when the process began to run its program, or began with its parent's, CLOCK_MONOTONIC, or 0. At the
    /// begin of <see cref="StartStep.Dma"/>: the bytes that are to be mapped, or 0 if not known. Else 0.
    /// </summary>
    public ulong Lock;

    public uint Tid;
    public uint Tgid;
    public Name16 Comm;

    /// <summary>The device, at begin events; the bridge if the reset step applies to the bridge.</summary>
    public Name16 Device;

    public WirePeer Peer;

    /// <summary>
    /// At the end of a reset, open, user reset or mapping: its return value. At the begin of <see cref="ResetStep.DeviceWait"/>: the step that waits.
    /// At a signal: its number. At <see cref="ProcessStep.Exits"/>: the exit code, whose low seven bits are the signal that
    /// killed the process, if any. At <see cref="StartStep.Contact"/>: a <see cref="Contact"/>. Else 0.
    /// </summary>
    public int Value;

    public EventKind Kind;
    public EventEdge Edge;

    /// <summary>
    /// Depends on the kind: a <see cref="ResetStep"/>, <see cref="ProcessStep"/>, <see cref="TeardownStep"/>, <see cref="StartStep"/>, at the
    /// begin of a user reset a <see cref="Wire.UserReset"/>, at that of a lock wait a <see cref="LockKind"/>; else 0.
    /// </summary>
    public byte Subtype;

    public EventFlags Flags;

    /// <summary>
    /// At the end of a long span: the key of the kernel stack at its begin; <see cref="NoStack"/> if the span was not long,
    /// another negative errno if the stack could not be stored.
    /// </summary>
    public int Stack;

    public uint Reserved;

    /// <summary><c>NO_STACK</c>.</summary>
    public const int NoStack = -1;

    /// <summary><c>UNPIN_BATCH</c>.</summary>
    public const int UnpinBatch = 512;

    public ResetStep Step
    {
        readonly get => Kind == EventKind.Reset ? (ResetStep)Subtype : ResetStep.None;
        set => Subtype = (byte)value;
    }

    public readonly ProcessStep ProcessStep => Kind == EventKind.Process ? (ProcessStep)Subtype : ProcessStep.None;

    public readonly TeardownStep TeardownStep => Kind == EventKind.Teardown ? (TeardownStep)Subtype : TeardownStep.None;

    public readonly UserReset UserReset => Kind == EventKind.UserReset ? (UserReset)Subtype : UserReset.None;

    public readonly StartStep StartStep => Kind == EventKind.Start ? (StartStep)Subtype : StartStep.None;

    /// <summary>At the end of <see cref="StartStep.Dma"/>, in place of <see cref="Device"/> and <see cref="Peer"/>.</summary>
    public WireMapped Mapped
    {
        readonly get => Unsafe.ReadUnaligned<WireMapped>(in Unsafe.As<Name16, byte>(ref Unsafe.AsRef(in Device)));
        set => Unsafe.WriteUnaligned(ref Unsafe.As<Name16, byte>(ref Device), value);
    }

    /// <summary>At the end of <see cref="TeardownStep.Iommu"/>, in place of <see cref="Device"/> and <see cref="Peer"/>.</summary>
    public WireUnmapped Unmapped
    {
        readonly get => Unsafe.ReadUnaligned<WireUnmapped>(in Unsafe.As<Name16, byte>(ref Unsafe.AsRef(in Device)));
        set => Unsafe.WriteUnaligned(ref Unsafe.As<Name16, byte>(ref Device), value);
    }

    /// <summary>At <see cref="StartStep.Bars"/>, in place of <see cref="Device"/> and <see cref="Peer"/>.</summary>
    public WireBarFaults Bars
    {
        readonly get => Unsafe.ReadUnaligned<WireBarFaults>(in Unsafe.As<Name16, byte>(ref Unsafe.AsRef(in Device)));
        set => Unsafe.WriteUnaligned(ref Unsafe.As<Name16, byte>(ref Device), value);
    }

    public readonly LockKind LockKind => Kind == EventKind.LockWait ? (LockKind)Subtype : LockKind.Other;
}
