namespace Profiler.Host.Pci;

/// <summary>The drivers with which VFIO can use a device, or its IOMMU group.</summary>
public static class VfioDrivers
{
    /// <summary>
    /// vfio-pci and its variants for specific devices (drivers/vfio/pci/*: mlx5_vfio_pci, nvgrace-gpu-vfio-pci, …), all of
    /// which have vfio in their names.
    /// </summary>
    public static bool OpensThroughVfio(string? driver) => driver?.Contains("vfio", StringComparison.Ordinal) ?? false;

    /// <summary>
    /// Other drivers that VFIO accepts in a group: none, pci-stub, and pcieport on a bridge, which does no DMA of its own
    /// (docs.kernel.org/driver-api/vfio.html, "VFIO Usage Example").
    /// </summary>
    public static bool AllowedInGroup(string? driver) =>
        driver is null or "pci-stub" or "pcieport" || OpensThroughVfio(driver);
}
