namespace Profiler.Core.Lives;

/// <summary>
/// What a start's time is spent on; <see cref="Names.StartPhaseNames"/> has the names and words. Where several overlap, in several threads
/// or one inside the other, the time counts for the first of them in this order.
/// </summary>
public enum StartPhase
{
    /// <summary>A device is being reset.</summary>
    Reset,

    /// <summary>A device changes its power state.</summary>
    Power,

    /// <summary>Memory that was not there yet is allocated, cleared, pinned and mapped for DMA.</summary>
    DmaAllocate,

    /// <summary>Memory that was there is pinned and mapped for DMA.</summary>
    DmaPin,

    /// <summary>A device's own memory is mapped for DMA.</summary>
    DmaDevice,

    /// <summary>KVM is told of memory.</summary>
    Kvm,

    /// <summary>Interrupts of devices are set up.</summary>
    Interrupts,

    /// <summary>The rest of opens, without resets and lock waits.</summary>
    Open,

    /// <summary>Waiting for locks, and nothing else.</summary>
    LockWait,

    /// <summary>From the begin of the program until its first contact with VFIO.</summary>
    Prepare,

    /// <summary>The rest: the process runs in user space, or does what is not watched.</summary>
    Process,
}
