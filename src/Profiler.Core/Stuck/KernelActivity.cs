namespace Profiler.Core.Stuck;

/// <summary>What a thread does in the kernel, as a whole.</summary>
public enum KernelActivity
{
    /// <summary>None of the others.</summary>
    Other,
    Release,
    Open,
    DeviceReset,
    HotReset,
    Unbind,
    Bind,
    Remove,
    SysfsReset,
    SetVirtualFunctions,
    CloseGroup,
    CloseContainer,
    CloseIommufd,
    MapDma,
    UnmapDma,
    DeviceAccess,
    CloseKvm,
    FreeMemory,
}

/// <summary>Where it is in that.</summary>
public enum KernelStep
{
    /// <summary>None of the others.</summary>
    Other,
    BusReset,
    Flr,
    PmReset,
    OtherReset,

    /// <summary>After a reset, until the device answers.</summary>
    DeviceWait,
    IommuUnmap,
    Pin,
    ZapMappings,

    /// <summary>Until nobody has the device open any more.</summary>
    WaitForUsers,

    /// <summary>Until a device's configuration space may be accessed again, during a reset or self-test.</summary>
    ConfigWait,
    LockWait,
}

/// <summary>Which lock a thread waits for.</summary>
public enum KernelLock
{
    DevSet,
    Group,

    /// <summary>device_lock(): bind, unbind and reset of one device.</summary>
    Device,

    /// <summary>What keeps accesses to a device's memory away during a reset.</summary>
    DeviceMemory,

    /// <summary>pci_lock_rescan_remove(): devices that come and go.</summary>
    RescanRemove,
}
