using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release.Vfio;

/// <summary>Resolves the BDFs on the command line to devices that can be opened.</summary>
/// <param name="sysfs">The devices.</param>
/// <param name="api">How they are to be opened.</param>
/// <param name="dev">Where device nodes are.</param>
internal sealed class DeviceArguments(PciSysfs sysfs, IommuApi api, string dev = "/dev")
{
    /// <summary>The devices, in the order given. Usage errors come before errors of the machine.</summary>
    /// <exception cref="UserException">
    /// A BDF is malformed, duplicate or unknown (2); VFIO or iommufd is not loaded, or a device has no IOMMU group, a driver other
    /// than vfio-pci, or no node of its own where that is to be opened (3).
    /// </exception>
    public IReadOnlyList<VfioDevice> Resolve(IEnumerable<string> arguments)
    {
        IReadOnlyList<PciAddress> addresses = Parse(arguments);
        foreach (PciAddress address in addresses)
        {
            if (!sysfs.Exists(address))
                throw UserException.Usage($"there is no PCI device {address} ('lspci -D' lists all there are)");
        }
        if (api == IommuApi.Type1 && !Exists(VfioContainer.Node))
            throw VfioErrors.NoVfio();
        if (api != IommuApi.Type1 && !Exists(IommufdAddressSpace.Node))
            throw VfioErrors.NoIommufd();
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
        if (!VfioDrivers.OpensThroughVfio(driver))
            throw NotBound(address, driver);
        return new VfioDevice(address, group, api == IommuApi.Iommufd ? NodeOf(address) : null);
    }

    private string NodeOf(PciAddress address) => sysfs.VfioNode(address) is { } name
        ? $"/dev/vfio/devices/{name}"
        : throw UserException.NotPossible(
            $"{address} has no device node: this kernel's VFIO opens devices through their groups only (CONFIG_VFIO_DEVICE_CDEV); " +
            "take --iommu type1");

    // The nodes' paths begin with /dev.
    private bool Exists(string node) => File.Exists(dev + node["/dev".Length..]);

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
