namespace Profiler.Host.Pci;

/// <summary>The devices of this machine that are bound to a VFIO driver.</summary>
internal static class VfioInventory
{
    /// <summary>One device.</summary>
    /// <param name="Address">Its address.</param>
    /// <param name="Driver">vfio-pci or a variant of it; null if it was unbound meanwhile.</param>
    /// <param name="IommuGroup">Its group; null without an IOMMU.</param>
    /// <param name="ResetMethods">As sysfs lists them, in the order in which they are tried; null before 5.15.</param>
    /// <param name="Mates">Devices that a bus reset affects as well, so that they share a dev_set and its
    /// lock: those on the same bus, unless that is a root bus, which cannot be reset. The kernel decides
    /// by slot where a hotplug slot can be reset; that shows only while a device is open.</param>
    /// <param name="PhysicalFunction">Of a virtual function; null if it is none.</param>
    public sealed record Device(
        PciAddress Address, string? Driver, int? IommuGroup, string? ResetMethods, IReadOnlyList<PciAddress> Mates, PciAddress? PhysicalFunction);

    /// <summary>All of them, in the order of their addresses.</summary>
    public static IReadOnlyList<Device> Read(PciSysfs sysfs)
    {
        IReadOnlyList<PciAddress> bound = Bound(sysfs);
        return [.. bound.Select(address => Describe(sysfs, address, bound))];
    }

    /// <summary>One of them.</summary>
    public static Device Find(PciSysfs sysfs, PciAddress address) => Describe(sysfs, address, Bound(sysfs));

    private static IReadOnlyList<PciAddress> Bound(PciSysfs sysfs) =>
        [.. sysfs.All().Where(address => VfioDrivers.OpensThroughVfio(sysfs.Driver(address)))];

    private static Device Describe(PciSysfs sysfs, PciAddress address, IReadOnlyList<PciAddress> bound) => new(
        address, sysfs.Driver(address), sysfs.IommuGroup(address), sysfs.ResetMethods(address),
        sysfs.IsBelowBridge(address) ? [.. bound.Where(other => SameBus(other, address))] : [],
        sysfs.PhysicalFunction(address));

    private static bool SameBus(PciAddress a, PciAddress b) => a != b && a.Domain == b.Domain && a.Bus == b.Bus;
}
