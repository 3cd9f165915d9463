using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release.Vfio;

/// <summary>From what was typed to devices that can be opened, or the reason why one cannot.</summary>
/// <param name="sysfs">Where devices are looked up.</param>
/// <param name="container">VFIO's container device, there if VFIO is.</param>
internal sealed class DeviceArguments(PciSysfs sysfs, string container = VfioContainer.Node)
{
    /// <summary>Looks each BDF up, in the order given. Wrong usage is told before what the machine lacks.</summary>
    /// <exception cref="UserException">
    /// A BDF is malformed, there twice or unknown (2); there is no VFIO, or a device has no IOMMU group or a driver other
    /// than vfio-pci (3).
    /// </exception>
    public IReadOnlyList<VfioDevice> Resolve(IEnumerable<string> arguments)
    {
        IReadOnlyList<PciAddress> addresses = Parse(arguments);
        foreach (PciAddress address in addresses)
        {
            if (!sysfs.Exists(address))
                throw UserException.Usage($"there is no PCI device {address} ('lspci -D' lists all there are)");
        }
        if (!File.Exists(container))
            throw VfioErrors.NoVfio();
        return [.. addresses.Select(Openable)];
    }

    private static List<PciAddress> Parse(IEnumerable<string> arguments)
    {
        var addresses = new List<PciAddress>();
        foreach (string argument in arguments)
        {
            if (!PciAddress.TryParse(argument, out PciAddress address))
                throw UserException.Usage($"'{argument}' is not a PCI address: write 0000:01:00.0 or 01:00.0");
            if (addresses.Contains(address))
                throw UserException.Usage($"{address} is given twice: name each device once");
            addresses.Add(address);
        }
        return addresses;
    }

    private VfioDevice Openable(PciAddress address)
    {
        // Without an IOMMU a device cannot even be bound to vfio-pci, so this comes first.
        int group = sysfs.IommuGroup(address) ?? throw UserException.NotPossible(
            $"{address} is in no IOMMU group: turn on VT-d or AMD-Vi in the firmware, boot with intel_iommu=on (Intel), " +
            "and see that iommu=off is not on the kernel's command line");
        string? driver = sysfs.Driver(address);
        return VfioDrivers.OpensThroughVfio(driver) ? new VfioDevice(address, group) : throw NotBound(address, driver);
    }

    private static UserException NotBound(PciAddress address, string? driver)
    {
        string unbind = driver is null ? "" : $"echo {address} > /sys/bus/pci/drivers/{driver}/unbind; ";
        return UserException.NotPossible(
            $"{address} is bound to {driver ?? "no driver"}, not to vfio-pci: " +
            $"driverctl --nosave set-override {address} vfio-pci, or " +
            $"modprobe vfio-pci; echo vfio-pci > /sys/bus/pci/devices/{address}/driver_override; {unbind}" +
            $"echo {address} > /sys/bus/pci/drivers_probe");
    }
}
