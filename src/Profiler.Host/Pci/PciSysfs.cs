using System.Globalization;
using Profiler.Core.Facts;

namespace Profiler.Host.Pci;

/// <summary>PCI devices and IOMMU groups in sysfs.</summary>
/// <param name="root">Where sysfs is mounted.</param>
public sealed class PciSysfs(string root = "/sys")
{
    private const int ConfigHeaderBytes = 64, MaxLanes = 32;

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
    public bool IsBelowBridge(PciAddress address) => BridgeAbove(address) is not null;

    /// <summary>
    /// True if it does not sleep: then it can be looked at without waking it. One that is active and in D3cold does not sleep: the kernel
    /// says D3cold of a device that it could not reach.
    /// </summary>
    public bool IsAwake(PciAddress address) => Attribute(address, "power/runtime_status") switch
    {
        "suspended" or "suspending" or "resuming" => false,
        "error" => true,
        "active" => Attribute(address, "power_state") is not ("D1" or "D2" or "D3hot"),
        _ => Attribute(address, "power_state") is not ("D1" or "D2" or "D3hot" or "D3cold"),
    };

    /// <summary>
    /// True if its configuration space reads 0xff: there is no answer. Not only its IDs, which of a virtual function read so as a rule. Only
    /// for one that <see cref="IsAwake"/>: another one is woken by it.
    /// </summary>
    public bool IsSilent(PciAddress address)
    {
        try
        {
            using FileStream config = File.OpenRead(Path.Combine(Folder(address), "config"));
            Span<byte> header = stackalloc byte[ConfigHeaderBytes];
            config.ReadExactly(header);
            return !header.ContainsAnyExcept((byte)0xff);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // removed meanwhile
        }
    }

    /// <summary>
    /// The link of a device as the port above has it; null if it has none, or the port sleeps. The device itself is not asked: it may sleep,
    /// and that does not change its link.
    /// </summary>
    public DeviceLink? LinkOf(PciAddress address) =>
        File.Exists(Path.Combine(Folder(address), "current_link_speed")) && BridgeAbove(address) is { } port && IsAwake(port) &&
        // "16.0 GT/s PCIe", "Unknown".
        Attribute(port, "current_link_speed")?.Split(' ') is [var number, "GT/s", ..] &&
        double.TryParse(number, CultureInfo.InvariantCulture, out double speed) &&
        int.TryParse(Attribute(port, "current_link_width"), CultureInfo.InvariantCulture, out int width) && width is > 0 and <= MaxLanes
            ? new DeviceLink(speed, width)
            : null;

    private PciAddress? BridgeAbove(PciAddress address) =>
        new FileInfo(Folder(address)).ResolveLinkTarget(returnFinalTarget: true) is { } real &&
        PciAddress.TryParse(Path.GetFileName(Path.GetDirectoryName(real.FullName))!, out PciAddress bridge)
            ? bridge
            : null;

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
