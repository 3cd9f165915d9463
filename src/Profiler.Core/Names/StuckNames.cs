using Profiler.Core.Stuck;

namespace Profiler.Core.Names;

/// <summary>Names and words for what threads do in the kernel.</summary>
public static class StuckNames
{
    public static readonly NameTable<KernelActivity> Activities = new(
        (KernelActivity.Other, "other"),
        (KernelActivity.Release, "release"),
        (KernelActivity.Open, "open"),
        (KernelActivity.DeviceReset, "device_reset"),
        (KernelActivity.HotReset, "hot_reset"),
        (KernelActivity.Unbind, "unbind"),
        (KernelActivity.Bind, "bind"),
        (KernelActivity.Remove, "remove"),
        (KernelActivity.SysfsReset, "sysfs_reset"),
        (KernelActivity.SetVirtualFunctions, "set_virtual_functions"),
        (KernelActivity.CloseGroup, "close_group"),
        (KernelActivity.CloseContainer, "close_container"),
        (KernelActivity.CloseIommufd, "close_iommufd"),
        (KernelActivity.MapDma, "map_dma"),
        (KernelActivity.UnmapDma, "unmap_dma"),
        (KernelActivity.DeviceAccess, "device_access"),
        (KernelActivity.CloseKvm, "close_kvm"),
        (KernelActivity.FreeMemory, "free_memory"));

    public static readonly NameTable<KernelStep> Steps = new(
        (KernelStep.Other, "other"),
        (KernelStep.BusReset, "bus_reset"),
        (KernelStep.Flr, "flr"),
        (KernelStep.PmReset, "pm_reset"),
        (KernelStep.OtherReset, "other_reset"),
        (KernelStep.DeviceWait, "device_wait"),
        (KernelStep.IommuUnmap, "iommu_unmap"),
        (KernelStep.Pin, "pin"),
        (KernelStep.ZapMappings, "zap_mappings"),
        (KernelStep.WaitForUsers, "wait_for_users"),
        (KernelStep.ConfigWait, "config_wait"),
        (KernelStep.LockWait, "lock_wait"));

    public static readonly NameTable<KernelLock> Locks = new(
        (KernelLock.DevSet, "dev_set"),
        (KernelLock.Group, "group"),
        (KernelLock.Device, "device"),
        (KernelLock.DeviceMemory, "device_memory"),
        (KernelLock.RescanRemove, "rescan_remove"));

    public static readonly NameTable<DeviceUse> Uses = new(
        (DeviceUse.Open, "open"),
        (DeviceUse.Group, "group"),
        (DeviceUse.Exiting, "exiting"),
        (DeviceUse.Unbinding, "unbinding"));

    public static string Name(this KernelActivity activity) => Activities[activity];

    public static string Name(this KernelStep step) => Steps[step];

    public static string Name(this KernelLock wanted) => Locks[wanted];

    public static string Name(this DeviceUse use) => Uses[use];

    /// <summary>With what a sentence about a thread goes on: "releases a device", "unbinds 0000:01:00.0 from its driver".</summary>
    /// <param name="activity">What it does.</param>
    /// <param name="device">To which device: "0000:01:00.0", "probably 0000:01:00.0", "a device".</param>
    public static string Words(this KernelActivity activity, string device) => activity switch
    {
        KernelActivity.Release => $"releases {device}",
        KernelActivity.Open => $"opens {device}",
        KernelActivity.DeviceReset or KernelActivity.HotReset => $"resets {device} ({activity.Name().Replace('_', ' ')})",
        KernelActivity.Unbind => $"unbinds {device} from its driver",
        KernelActivity.Bind => $"binds {device} to a driver",
        KernelActivity.Remove => $"removes {device}",
        KernelActivity.SysfsReset => $"resets {device} through sysfs",
        KernelActivity.SetVirtualFunctions => $"changes the number of virtual functions of {device}",
        KernelActivity.CloseGroup => "closes an IOMMU group",
        KernelActivity.CloseContainer => "closes a VFIO container",
        KernelActivity.CloseIommufd => "closes an iommufd",
        KernelActivity.MapDma => "maps memory for DMA",
        KernelActivity.UnmapDma => "unmaps memory for DMA",
        KernelActivity.DeviceAccess => $"accesses {device}",
        KernelActivity.CloseKvm => "ends a KVM VM",
        KernelActivity.FreeMemory => "frees its memory",
        _ => "is in the kernel",
    };

    /// <summary>"bus reset", "waits for the device to answer"; nothing for no step of these.</summary>
    public static string Words(this KernelStep step) => step switch
    {
        KernelStep.BusReset => "bus reset",
        KernelStep.Flr => "function-level reset (FLR)",
        KernelStep.PmReset => "reset by power management",
        KernelStep.OtherReset => "reset",
        KernelStep.DeviceWait => "waits for the device to answer after a reset",
        KernelStep.IommuUnmap => "IOMMU unmap and unpin",
        KernelStep.Pin => "pins memory",
        KernelStep.ZapMappings => "takes the device's memory out of address spaces",
        KernelStep.WaitForUsers => "waits until nobody has the device open",
        KernelStep.ConfigWait => "waits until configuration space may be accessed",
        KernelStep.LockWait => "waits for a lock",
        _ => "",
    };

    /// <summary>"the lock of the dev_set".</summary>
    public static string Words(this KernelLock wanted) => wanted switch
    {
        KernelLock.DevSet => "the dev_set lock",
        KernelLock.Group => "the lock of the IOMMU group",
        KernelLock.Device => "the device lock",
        KernelLock.DeviceMemory => "the lock of the device's memory",
        _ => "the lock for devices that come and go",
    };

    /// <summary>How a process uses a device: "has it open".</summary>
    /// <param name="use">How.</param>
    /// <param name="certain">The kernel says so.</param>
    public static string Words(this DeviceUse use, bool certain) => use switch
    {
        DeviceUse.Open => certain ? "has it open" : "may have it open",
        DeviceUse.Group => "has its IOMMU group open",
        DeviceUse.Exiting => certain ? "is exiting with it" : "is exiting, probably with it",
        _ => "unbinds it",
    };
}
