using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>Sizes in <c>bpf/maps.h</c>.</summary>
internal static class MapSizes
{
    /// <summary>How many processes can be tracked at once.</summary>
    public const int MAX_PROCESSES = 16384;

    /// <summary>Addresses in a stack.</summary>
    public const int STACK_DEPTH = 48;

    /// <summary>Bytes of an address's name, the NUL included.</summary>
    public const int NAME_LENGTH = 128;
}

/// <summary><c>struct settings</c>: what does not change once an object is loaded.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Settings
{
    /// <summary>What takes this long has its kernel stack kept, nanoseconds; 0: none is kept.</summary>
    public ulong stack_threshold_ns;
}

/// <summary><c>struct control</c>: what changes while programs run; 0 is false, else true.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Control
{
    /// <summary>Events are emitted.</summary>
    public ulong capturing;

    /// <summary>No program sees that a process is reaped: its death is the last event.</summary>
    public ulong reaping_unseen;
}

/// <summary><c>struct module_counts</c>: how many modules with probes were loaded and freed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ModuleCounts
{
    public ulong loads;
    public ulong frees;
}

/// <summary><c>struct question</c>: an address, and the name that the kernel prints for it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Question
{
    public ulong address;
    public KernelName name;
}

/// <summary>Text that ends with a NUL.</summary>
[InlineArray(MapSizes.NAME_LENGTH)]
internal struct KernelName
{
    private byte _first;
}

/// <summary><c>struct kind_counters</c> in <c>bpf/events.h</c>, of one CPU.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KindCounters
{
    /// <summary>Events that were to be written.</summary>
    public ulong emitted;

    /// <summary>Of these, refused by the ring buffer.</summary>
    public ulong lost;
}
