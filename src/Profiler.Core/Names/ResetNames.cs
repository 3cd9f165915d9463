using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Names;

/// <summary>Names of reset methods and of the steps of a reset.</summary>
public static class ResetNames
{
    /// <summary>As in <c>reset_method</c> in sysfs, where it is listed there (pci_reset_fn_methods, drivers/pci/pci.c).</summary>
    public static readonly NameTable<ResetMethod> Methods = new(
        (ResetMethod.Unknown, "unknown"),
        (ResetMethod.Bus, "bus"),
        (ResetMethod.Flr, "flr"),
        (ResetMethod.AfFlr, "af_flr"),
        (ResetMethod.Pm, "pm"),
        (ResetMethod.DeviceSpecific, "device_specific"),
        (ResetMethod.Acpi, "acpi"),
        (ResetMethod.CxlBus, "cxl_bus"),
        (ResetMethod.D3cold, "d3cold"));

    public static readonly NameTable<ResetStep> Steps = new(
        (ResetStep.None, "none"),
        (ResetStep.Function, "function"),
        (ResetStep.Bus, "bus"),
        (ResetStep.SecondaryBus, "secondary_bus"),
        (ResetStep.BridgeWait, "bridge_wait"),
        (ResetStep.Flr, "flr"),
        (ResetStep.AfFlr, "af_flr"),
        (ResetStep.Pm, "pm"),
        (ResetStep.DeviceSpecific, "device_specific"),
        (ResetStep.DeviceWait, "device_wait"),
        (ResetStep.Acpi, "acpi"),
        (ResetStep.CxlBus, "cxl_bus"),
        (ResetStep.D3cold, "d3cold"),
        (ResetStep.IommuBlock, "iommu_block"),
        (ResetStep.IommuRestore, "iommu_restore"));

    /// <summary>The steps in which the IOMMU takes DMA and address translation from the device, and gives them back.</summary>
    public static readonly ImmutableArray<string> OfIommu = [Steps[ResetStep.IommuBlock], Steps[ResetStep.IommuRestore]];

    public static string Name(this ResetMethod method) => Methods[method];

    public static string Name(this ResetStep step) => Steps[step];
}
