using Profiler.Core.Facts;
using Profiler.Core.Wire;

namespace Profiler.Host.Pci;

/// <summary>What devices are, learned when one is first seen. For one thread at a time.</summary>
/// <param name="sysfs">Where devices are looked up.</param>
/// <param name="names">Where their names are.</param>
public sealed class DeviceIdentities(PciSysfs sysfs, PciIds names)
{
    private readonly Dictionary<string, DeviceIdentity> _known = [];

    /// <summary>Looks at all devices that are bound to a VFIO driver now.</summary>
    /// <returns>Them, in the order of their addresses.</returns>
    public IReadOnlyList<DeviceIdentity> Scan() =>
    [
        .. VfioInventory.Read(sysfs)
            .Select(device => _known.GetValueOrDefault($"{device.Address}") ?? Learn(device))
            .OfType<DeviceIdentity>(),
    ];

    /// <summary>Looks at one device; null if there is none of this name.</summary>
    /// <param name="bdf">Its address.</param>
    /// <param name="again">Another one may sit there by now, or it may have been changed: look whether it is the same.</param>
    public DeviceIdentity? Learn(string bdf, bool again = false)
    {
        bool isPci = PciAddress.TryParse(bdf, out PciAddress address);
        if (_known.TryGetValue(bdf, out DeviceIdentity? known) && !(again && isPci && HasChanged(address, known)))
            return known;
        return isPci && sysfs.Exists(address) ? Learn(VfioInventory.Find(sysfs, address)) : null;
    }

    /// <summary>Is somebody using it?</summary>
    public bool IsEnabled(string bdf) => PciAddress.TryParse(bdf, out PciAddress address) && sysfs.IsEnabled(address);

    // A few files, and not all devices of the machine: it is asked at each open.
    private bool HasChanged(PciAddress address, DeviceIdentity known) =>
        sysfs.VendorId(address) != known.VendorId || sysfs.DeviceId(address) != known.DeviceId || sysfs.Driver(address) != known.Driver ||
        sysfs.IommuGroup(address) != known.IommuGroup ||
        !(Words(sysfs.ResetMethods(address)) ?? []).SequenceEqual(known.ResetMethods ?? []);

    private DeviceIdentity? Learn(VfioInventory.Device device)
    {
        if (sysfs.VendorId(device.Address) is not { } vendor || sysfs.DeviceId(device.Address) is not { } id)
            return null; // it went away meanwhile
        PciName name = names.Find(vendor, id);
        var identity = new DeviceIdentity(
            $"{device.Address}", vendor, id, Clean(name.Vendor), Clean(name.Device), sysfs.Class(device.Address) ?? "",
            device.IommuGroup, device.Driver, Words(device.ResetMethods), [.. device.Mates.Select(m => $"{m}")]);
        _known[identity.Bdf] = identity;
        return identity;
    }

    private static IReadOnlyList<string>? Words(string? text) =>
        text is null ? null : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string? Clean(string? name) => name is null ? null : Printable.Clean(name);
}
