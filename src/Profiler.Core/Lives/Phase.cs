namespace Profiler.Core.Lives;

/// <summary>
/// What a shutdown's time is spent on. Where several things go on at once, in several threads or one inside
/// the other, the time counts for the first of them in this order.
/// </summary>
public enum Phase
{
    /// <summary>A device is being reset.</summary>
    Reset,

    /// <summary>A device changes its power state.</summary>
    Power,

    /// <summary>The IOMMU unmaps, and pages are unpinned.</summary>
    Iommu,

    /// <summary>The KVM half of the virtual machine is let go.</summary>
    Kvm,

    /// <summary>The rest of releases: a device is being released, and neither reset nor waited for.</summary>
    Release,

    /// <summary>The rest of opens: a device is being opened, and neither reset nor waited for.</summary>
    Open,

    /// <summary>Nothing but waiting for locks.</summary>
    LockWait,

    /// <summary>The address space goes (exit_mmap).</summary>
    Memory,

    /// <summary>Open files other than devices are closed, from task work, one by one.</summary>
    Files,

    /// <summary>Dead, and not yet reaped by the parent.</summary>
    Reaping,

    /// <summary>Before it exits: the process is told to go, and does what it does in user space.</summary>
    Process,

    /// <summary>None of these.</summary>
    Unattributed,
}
