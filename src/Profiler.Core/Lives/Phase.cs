namespace Profiler.Core.Lives;

/// <summary>
/// What a shutdown's time is spent on; <see cref="Names.PhaseNames"/> has the names and words. Where several overlap, in several
/// threads or one inside the other, the time counts for the first of them in this order.
/// </summary>
public enum Phase
{
    /// <summary>A device is being reset.</summary>
    Reset,

    /// <summary>A device changes its power state.</summary>
    Power,

    /// <summary>The IOMMU is unmapped and pages are unpinned.</summary>
    Iommu,

    /// <summary>KVM destroys its half of the VM.</summary>
    Kvm,

    /// <summary>The rest of releases, without resets and lock waits.</summary>
    Release,

    /// <summary>The rest of opens, without resets and lock waits.</summary>
    Open,

    /// <summary>Waiting for locks, and nothing else.</summary>
    LockWait,

    /// <summary>The address space is freed (exit_mmap).</summary>
    Memory,

    /// <summary>Files other than devices are closed, one by one, from task work.</summary>
    Files,

    /// <summary>A core file is written: other threads are exiting already, and wait for it.</summary>
    CoreDump,

    /// <summary>Zombie: dead, and not yet reaped by its parent.</summary>
    Reaping,

    /// <summary>The process runs in user space, until it exits.</summary>
    Process,

    /// <summary>None of these.</summary>
    Unattributed,
}
