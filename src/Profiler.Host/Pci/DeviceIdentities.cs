using Profiler.Core.Facts;
using Profiler.Core.Wire;

namespace Profiler.Host.Pci;

/// <summary>Identities of devices, read when a device is first seen. For one thread at a time.</summary>
/// <param name="sysfs">The devices.</param>
/// <param name="names">Their names.</param>
public sealed class DeviceIdentities(PciSysfs sysfs, PciIds names)
{
    private readonly Dictionary<string, DeviceIdentity> _known = [];

    /// <summary>All devices that are bound to a VFIO driver now, in the order of their addresses.</summary>
    public IReadOnlyList<DeviceIdentity> Scan() =>
    [
        .. VfioInventory.Read(sysfs)
            .Select(device => _known.GetValueOrDefault($"{device.Address}") ?? Learn(device))
            .OfType<DeviceIdentity>(),
    ];

    /// <summary>The identity of one device; null if there is no such device.</summary>
    /// <param name="bdf">Its address.</param>
    /// <param name="again">Read it again: another device may have the address by now, or its driver may have changed.</param>
    public DeviceIdentity? Learn(string bdf, bool again = false)
    {
        bool isPci = PciAddress.TryParse(bdf, out PciAddress address);
        if (_known.TryGetValue(bdf, out DeviceIdentity? known) && !(again && isPci && HasChanged(address, known)))
            return known;
        return isPci && sysfs.Exists(address) ? Learn(VfioInventory.Find(sysfs, address)) : null;
    }

    /// <summary>The address of the device with this node in <c>/dev/vfio/devices</c>; null if there is none.</summary>
    public string? OfNode(string name) => sysfs.DeviceOfNode(name)?.ToString();

    /// <summary>Whether it is in use.</summary>
    public bool IsEnabled(string bdf) => PciAddress.TryParse(bdf, out PciAddress address) && sysfs.IsEnabled(address);

    // Reads a few files, not all devices of the machine, as it is called at each open.
    private bool HasChanged(PciAddress address, DeviceIdentity known) =>
        sysfs.VendorId(address) != known.VendorId || sysfs.DeviceId(address) != known.DeviceId || sysfs.Driver(address) != known.Driver ||
        sysfs.IommuGroup(address) != known.IommuGroup || sysfs.PhysicalFunction(address)?.ToString() != known.PhysicalFunction ||
        !(Words(sysfs.ResetMethods(address)) ?? []).SequenceEqual(known.ResetMethods ?? []);

    private DeviceIdentity? Learn(VfioInventory.Device device)
    {
        if (sysfs.VendorId(device.Address) is not { } vendor || sysfs.DeviceId(device.Address) is not { } id)
            return null; // it went away meanwhile
        PciName name = names.Find(vendor, id);
        var identity = new DeviceIdentity(
            $"{device.Address}", vendor, id, Clean(name.Vendor), Clean(name.Device), sysfs.Class(device.Address) ?? "",
            device.IommuGroup, device.Driver, Words(device.ResetMethods), [.. device.Mates.Select(m => $"{m}")],
            device.PhysicalFunction?.ToString());
        _known[identity.Bdf] = identity;
        return identity;
    }

    private static IReadOnlyList<string>? Words(string? text) =>
        text is null ? null : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string? Clean(string? name) => name is null ? null : Printable.Clean(name);
}
