using System.Globalization;

namespace Profiler.Host.Pci;

/// <summary>PCI devices and IOMMU groups in sysfs.</summary>
/// <param name="root">Where sysfs is mounted.</param>
public sealed class PciSysfs(string root = "/sys")
{
    public bool Exists(PciAddress address) => Directory.Exists(Folder(address));

    /// <summary>The name of the driver the device is bound to; null if there is none.</summary>
    public string? Driver(PciAddress address) => LinkedName(Path.Combine(Folder(address), "driver"));

    /// <summary>The number of the device's IOMMU group; null if no IOMMU translates for the device.</summary>
    public int? IommuGroup(PciAddress address) =>
        int.TryParse(LinkedName(Path.Combine(Folder(address), "iommu_group")), CultureInfo.InvariantCulture, out int group)
            ? group
            : null;

    /// <summary>The address of the physical function of a virtual one (SR-IOV); null if it is none.</summary>
    public PciAddress? PhysicalFunction(PciAddress address) =>
        LinkedName(Path.Combine(Folder(address), "physfn")) is { } function && PciAddress.TryParse(function, out PciAddress physical)
            ? physical
            : null;

    /// <summary>
    /// The name of the device's node in <c>/dev/vfio/devices</c>: <c>vfio0</c>; null if it has none. Since 6.1 there is such a name also
    /// where there are no nodes (3c28a76124b2 "vfio: Add struct device to vfio_device"): then without a device number.
    /// </summary>
    public string? VfioNode(PciAddress address)
    {
        string folder = Path.Combine(Folder(address), "vfio-dev");
        return Directory.Exists(folder)
            ? Directory.GetDirectories(folder).Where(node => File.Exists(Path.Combine(node, "dev"))).Select(Path.GetFileName).FirstOrDefault()
            : null;
    }

    /// <summary>The device that has a node of this name; null if there is none, or it is no PCI device.</summary>
    public PciAddress? DeviceOfNode(string name) =>
        LinkedName(Path.Combine(root, "class/vfio-dev", name, "device")) is { } device && PciAddress.TryParse(device, out PciAddress address)
            ? address
            : null;

    /// <summary>All PCI devices of an IOMMU group, in the order of their addresses.</summary>
    public IReadOnlyList<PciAddress> GroupMembers(int group) => Addresses($"kernel/iommu_groups/{group}/devices");

    /// <summary>All PCI functions of this machine, in the order of their addresses.</summary>
    public IReadOnlyList<PciAddress> All() => Addresses("bus/pci/devices");

    /// <summary>The reset methods in the order in which they are tried; null where the kernel does not list them.</summary>
    public string? ResetMethods(PciAddress address) => Attribute(address, "reset_method");

    /// <summary>Vendor ID: four hexadecimal digits; null if there is no such device.</summary>
    public string? VendorId(PciAddress address) => Hex(address, "vendor");

    /// <summary>Device ID: four hexadecimal digits; null if there is no such device.</summary>
    public string? DeviceId(PciAddress address) => Hex(address, "device");

    /// <summary>Class code: six hexadecimal digits; null if there is no such device.</summary>
    public string? Class(PciAddress address) => Hex(address, "class");

    /// <summary>True if it is in use: its driver has enabled it and not disabled it since.</summary>
    public bool IsEnabled(PciAddress address) => Attribute(address, "enable") is { } count && count != "0";

    /// <summary>True if there is a bridge above, so that the bus can be reset.</summary>
    public bool IsBelowBridge(PciAddress address) =>
        new FileInfo(Folder(address)).ResolveLinkTarget(returnFinalTarget: true) is { } real &&
        PciAddress.TryParse(Path.GetFileName(Path.GetDirectoryName(real.FullName))!, out _);

    private List<PciAddress> Addresses(string folder)
    {
        string path = Path.Combine(root, folder);
        var addresses = new List<PciAddress>();
        if (!Directory.Exists(path))
            return addresses;
        foreach (string entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            if (PciAddress.TryParse(Path.GetFileName(entry), out PciAddress address))
                addresses.Add(address);
        }
        return addresses;
    }

    // sysfs writes 0x before them.
    private string? Hex(PciAddress address, string name) =>
        Attribute(address, name) is { } text && text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : null;

    private string? Attribute(PciAddress address, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder(address), name)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // missing, or removed meanwhile
        }
    }

    private string Folder(PciAddress address) => Path.Combine(root, $"bus/pci/devices/{address}");

    private static string? LinkedName(string path) => Path.GetFileName(new FileInfo(path).LinkTarget);
}
