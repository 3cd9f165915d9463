namespace Profiler.Core.Facts;

/// <summary>What a PCI device is, and what decides how it is reset and whom it waits for; from sysfs, while it is there.</summary>
/// <param name="Bdf">Where it sits, <c>0000:01:00.0</c>; the words of the events.</param>
/// <param name="VendorId">Four hexadecimal digits.</param>
/// <param name="DeviceId">Four hexadecimal digits.</param>
/// <param name="Vendor">The vendor's name; null where there is no pci.ids, or none that knows it.</param>
/// <param name="Device">The device's name; null likewise.</param>
/// <param name="Class">What kind of device, six hexadecimal digits (PCI Code and ID Assignment Specification).</param>
/// <param name="IommuGroup">Its number; null without an IOMMU.</param>
/// <param name="Driver">vfio-pci, or a variant of it; null if it has none.</param>
/// <param name="ResetMethods">In the order in which they are tried; null where the kernel does not list them.</param>
/// <param name="DevSetMates">The devices that share its dev_set, and with it the lock.</param>
public sealed record DeviceIdentity(
    string Bdf,
    string VendorId,
    string DeviceId,
    string? Vendor,
    string? Device,
    string Class,
    int? IommuGroup,
    string? Driver,
    IReadOnlyList<string>? ResetMethods,
    IReadOnlyList<string> DevSetMates) : Fact;
