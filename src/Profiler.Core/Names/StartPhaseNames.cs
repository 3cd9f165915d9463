using System.Collections.Immutable;
using Profiler.Core.Lives;

namespace Profiler.Core.Names;

/// <summary>How one phase of a start is called.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Name">In metrics, and in the JSON report's histograms.</param>
/// <param name="Words">On the screen and in text.</param>
/// <param name="Meaning">What its time is spent on, for documents and the schema.</param>
public sealed record StartPhaseName(StartPhase Phase, string Name, string Words, string Meaning)
{
    /// <summary>Its field in the JSON report, nanoseconds.</summary>
    public string Field => Name + "_ns";
}

/// <summary>The phases of a start, in the order in which they usually come and are shown.</summary>
public static class StartPhaseNames
{
    public static readonly ImmutableArray<StartPhaseName> All =
    [
        new(StartPhase.Prepare, "prepare", "before its first contact with VFIO", "from the begin of the program to the first contact with VFIO: it reads its configuration and allocates memory"),
        new(StartPhase.DmaAllocate, "dma_allocate", "allocating, clearing and pinning memory", "memory is mapped for DMA of which more than half was not there yet: its pages are allocated, cleared, pinned and put into the IOMMU"),
        new(StartPhase.DmaPin, "dma_pin", "pinning and mapping memory", "memory that is there is mapped for DMA: its pages are pinned and put into the IOMMU"),
        new(StartPhase.DmaDevice, "dma_device", "mapping device memory", "a device's own memory is put into the IOMMU"),
        new(StartPhase.Reset, "reset", "device reset", "at least one device is being reset"),
        new(StartPhase.Power, "power", "device power state", "a device changes its power state"),
        new(StartPhase.Open, "open", "rest of device open", "a device is being opened, without reset and without waiting for a lock"),
        new(StartPhase.LockWait, "lock_wait", "waiting for locks", "opens wait for locks, and nothing else happens"),
        new(StartPhase.Kvm, "kvm", "KVM memory slots", "KVM is told of memory"),
        new(StartPhase.Interrupts, "interrupts", "setting up interrupts", "interrupts of devices are set up"),
        new(StartPhase.Process, "process", "the rest: in user space, or not watched", "the process runs in user space, or does in the kernel what is not watched"),
    ];

    public static readonly NameTable<StartPhase> Table = new([.. All.Select(p => (p.Phase, p.Name))]);

    private static readonly string[] WordsOf = [.. All.OrderBy(p => p.Phase).Select(p => p.Words)];

    /// <summary>"dma_pin".</summary>
    public static string Name(this StartPhase phase) => Table[phase];

    /// <summary>"pinning and mapping memory".</summary>
    public static string Words(this StartPhase phase) => WordsOf[(int)phase];
}
