using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>Sizes in <c>bpf/maps.h</c>.</summary>
internal static class MapSizes
{
    /// <summary>Maximum number of tracked processes.</summary>
    public const int MAX_PROCESSES = 16384;

    /// <summary>Maximum number of addresses in a stack.</summary>
    public const int STACK_DEPTH = 48;

    /// <summary>Maximum bytes of a symbol name, including the NUL.</summary>
    public const int NAME_LENGTH = 128;
}

/// <summary><c>enum tracked_as</c>: values of the map of tracked processes.</summary>
internal enum TrackedAs : byte
{
    /// <summary>No vCPU of it has run yet, as far as known.</summary>
    Starting = 1,

    /// <summary>Its start is over, or was not seen.</summary>
    Runs,
}

/// <summary><c>struct settings</c>: constant after an object is loaded.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Settings
{
    /// <summary>Bytes of a small page.</summary>
    public ulong page_size;

    /// <summary>Minimum duration for which the kernel stack is recorded, nanoseconds; 0: no stacks.</summary>
    public ulong stack_threshold_ns;
}

/// <summary><c>struct control</c>: changes while programs run; 0 is false, other values are true.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Control
{
    /// <summary>Programs emit events.</summary>
    public ulong capturing;

    /// <summary>No program sees when a process is reaped: its death is the last event.</summary>
    public ulong reaping_unseen;
}

/// <summary><c>struct under_way</c>: what is being followed; while nothing is, programs return at once.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UnderWay
{
    /// <summary>Threads inside a release, an open or a reset that a program asked for.</summary>
    public ulong spans;

    /// <summary>Reset steps.</summary>
    public ulong resets;

    /// <summary>Tracked processes.</summary>
    public ulong processes;

    /// <summary>Virtual machines that have not run yet.</summary>
    public ulong vms;

    /// <summary>Mappings for DMA.</summary>
    public ulong mappings;

    /// <summary>Threads that unmap.</summary>
    public ulong unmappings;

    /// <summary>Threads in a fault of a BAR.</summary>
    public ulong faulting;

    /// <summary>Processes whose faults of BARs were not told yet.</summary>
    public ulong bars;
}

/// <summary><c>struct module_counts</c>: number of loaded and freed modules with probes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ModuleCounts
{
    public ulong loads;
    public ulong frees;
}

/// <summary><c>struct question</c>: an address and its symbol name as printed by the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Question
{
    public ulong address;
    public KernelName name;
}

/// <summary>NUL-terminated text.</summary>
[InlineArray(MapSizes.NAME_LENGTH)]
internal struct KernelName
{
    private byte _first;
}

/// <summary><c>struct kind_counters</c> in <c>bpf/events.h</c>, of one CPU.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KindCounters
{
    /// <summary>Events that the programs tried to write.</summary>
    public ulong emitted;

    /// <summary>Of these, events that the ring buffer refused.</summary>
    public ulong lost;
}
