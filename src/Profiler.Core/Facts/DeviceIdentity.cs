using System.Text.Json.Serialization;

namespace Profiler.Core.Facts;

/// <summary>A PCI device, with what decides how it is reset and which lock it needs; from sysfs, while it exists.</summary>
/// <param name="Bdf">Its address, <c>0000:01:00.0</c>, as in events.</param>
/// <param name="VendorId">Four hexadecimal digits.</param>
/// <param name="DeviceId">Four hexadecimal digits.</param>
/// <param name="Vendor">The vendor's name; null if pci.ids is missing or does not have it.</param>
/// <param name="Device">The device's name; null likewise.</param>
/// <param name="Class">The class code, six hexadecimal digits (PCI Code and ID Assignment Specification).</param>
/// <param name="IommuGroup">The number of its IOMMU group; null without an IOMMU.</param>
/// <param name="Driver">vfio-pci or a variant of it; null if it has none.</param>
/// <param name="ResetMethods">In the order in which the kernel tries them; null if it does not list them.</param>
/// <param name="DevSetMates">The devices on its bus, which share its dev_set and the lock of it; virtual functions only where the kernel has no
/// "vfio/pci: Separate SR-IOV VF dev_set" (e908f58b6beb).</param>
/// <param name="PhysicalFunction">Of a virtual function (SR-IOV) the address of the function that it is of; null for other devices.</param>
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
    IReadOnlyList<string> DevSetMates,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PhysicalFunction = null) : Fact;
