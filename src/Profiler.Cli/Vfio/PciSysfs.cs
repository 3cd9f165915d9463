using System.Globalization;

namespace Profiler.Cli.Vfio;

/// <summary>What sysfs knows about PCI devices and IOMMU groups.</summary>
/// <param name="root">Where sysfs is mounted.</param>
internal sealed class PciSysfs(string root = "/sys")
{
    public bool Exists(PciAddress address) => Directory.Exists(Folder(address));

    /// <summary>The name of the driver the device is bound to; null if there is none.</summary>
    public string? Driver(PciAddress address) => LinkedName(Path.Combine(Folder(address), "driver"));

    /// <summary>The number of the device's IOMMU group; null if no IOMMU translates for the device.</summary>
    public int? IommuGroup(PciAddress address) =>
        int.TryParse(LinkedName(Path.Combine(Folder(address), "iommu_group")), CultureInfo.InvariantCulture, out int group)
            ? group
            : null;

    /// <summary>All PCI devices of an IOMMU group, in the order of their addresses.</summary>
    public IReadOnlyList<PciAddress> GroupMembers(int group) => Addresses($"kernel/iommu_groups/{group}/devices");

    /// <summary>All PCI functions of this machine, in the order of their addresses.</summary>
    public IReadOnlyList<PciAddress> All() => Addresses("bus/pci/devices");

    /// <summary>The reset methods in the order in which they are tried; null where the kernel does not list them.</summary>
    public string? ResetMethods(PciAddress address)
    {
        string file = Path.Combine(Folder(address), "reset_method");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

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

    private string Folder(PciAddress address) => Path.Combine(root, $"bus/pci/devices/{address}");

    private static string? LinkedName(string path) => Path.GetFileName(new FileInfo(path).LinkTarget);
}
