using System.Runtime.InteropServices;

namespace Profiler.Core.Wire;

/// <summary>What happened; <c>enum event_kind</c> in bpf/events.h.</summary>
public enum EventKind : byte
{
    Release = 1,
    Open,
    LockWait,
    Reset,
    Signal,
    ProcessGone,
}

/// <summary><c>enum event_phase</c> in bpf/events.h.</summary>
public enum EventPhase : byte
{
    Instant,
    Begin,
    End,
}

/// <summary>The function a reset event brackets; <c>enum reset_step</c> in bpf/events.h.</summary>
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
}

/// <summary>Which lock a wait is for; <c>enum lock_kind</c> in bpf/events.h.</summary>
public enum LockKind : byte
{
    /// <summary>Some driver's own, or not known: inside an open the locks cannot be told apart.</summary>
    Other,

    /// <summary>That of all devices of one reset domain.</summary>
    DevSet,

    /// <summary>That of the IOMMU group.</summary>
    Group,
}

/// <summary><c>enum event_flag</c> in bpf/events.h.</summary>
[Flags]
public enum EventFlags : byte
{
    None = 0,
    Exiting = 1 << 0,
    NotPci = 1 << 1,
    Probe = 1 << 2,
}

/// <summary>Another thread that matters: the process's leader, a lock's holder, a signal's target. 0 if unknown.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WirePeer
{
    public uint Tid;
    public uint Tgid;
    public Name16 Comm;
}

/// <summary>
/// One record of the ring buffer and of a recording: <c>struct event</c> in bpf/events.h, field by field.
/// A test compiles the header and compares size and offsets.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct WireEvent
{
    /// <summary><c>EVENT_FORMAT</c>: raised whenever this layout changes.</summary>
    public const int Format = 1;

    /// <summary>Bytes per event.</summary>
    public const int Size = 96;

    /// <summary>How many kinds there are, and one: the length of an array indexed by kind.</summary>
    public const int Kinds = (int)EventKind.ProcessGone + 1;

    /// <summary>CLOCK_MONOTONIC, nanoseconds.</summary>
    public ulong TimeNs;

    public ulong Cgroup;

    /// <summary>The mutex: the dev_set's at release begin, the one waited for at lock waits; else 0.</summary>
    public ulong Lock;

    public uint Tid;
    public uint Tgid;
    public Name16 Comm;

    /// <summary>The device, at begin events; the bridge where a reset step is the bridge's.</summary>
    public Name16 Device;

    public WirePeer Peer;

    /// <summary>
    /// A reset's return value at its end, at the begin of <see cref="ResetStep.DeviceWait"/> the step that
    /// waits, a signal's number; else 0.
    /// </summary>
    public int Value;

    public EventKind Kind;
    public EventPhase Phase;

    /// <summary>At resets a <see cref="ResetStep"/>, at the begin of lock waits a <see cref="LockKind"/>.</summary>
    public byte StepCode;

    public EventFlags Flags;

    public ResetStep Step
    {
        readonly get => Kind == EventKind.Reset ? (ResetStep)StepCode : ResetStep.None;
        set => StepCode = (byte)value;
    }

    public readonly LockKind LockKind => Kind == EventKind.LockWait ? (LockKind)StepCode : LockKind.Other;
}
