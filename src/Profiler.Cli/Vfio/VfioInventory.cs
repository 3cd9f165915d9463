namespace Profiler.Cli.Vfio;

/// <summary>The devices of this machine that are bound to a VFIO driver.</summary>
internal static class VfioInventory
{
    /// <summary>One device.</summary>
    /// <param name="Address">Where it sits.</param>
    /// <param name="Driver">vfio-pci, or a variant of it.</param>
    /// <param name="IommuGroup">Its group; null without an IOMMU.</param>
    /// <param name="ResetMethods">As sysfs lists them, in the order in which they are tried; null before 5.15.</param>
    /// <param name="Mates">Devices that a bus reset would hit as well, so that they share a dev_set and its
    /// lock: those on the same bus, unless that is a root bus, which cannot be reset. The kernel decides
    /// by slot where a hotplug slot can be reset; that shows only while a device is open.</param>
    public sealed record Device(
        PciAddress Address, string Driver, int? IommuGroup, string? ResetMethods, IReadOnlyList<PciAddress> Mates);

    public static IReadOnlyList<Device> Read(PciSysfs sysfs)
    {
        List<(PciAddress Address, string Driver)> bound =
        [
            .. sysfs.All()
                .Select(a => (Address: a, Driver: sysfs.Driver(a)))
                .Where(d => d.Driver is not null && VfioDrivers.OpensThroughVfio(d.Driver))
                .Select(d => (d.Address, d.Driver!)),
        ];
        return
        [
            .. bound.Select(d => new Device(
                d.Address, d.Driver, sysfs.IommuGroup(d.Address), sysfs.ResetMethods(d.Address),
                sysfs.IsBelowBridge(d.Address) ? [.. bound.Select(o => o.Address).Where(o => SameBus(o, d.Address))] : [])),
        ];
    }

    private static bool SameBus(PciAddress a, PciAddress b) => a != b && a.Domain == b.Domain && a.Bus == b.Bus;
}
