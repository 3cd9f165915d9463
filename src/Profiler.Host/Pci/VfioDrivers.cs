namespace Profiler.Host.Pci;

/// <summary>Which drivers leave a device, or its group, to user space.</summary>
public static class VfioDrivers
{
    /// <summary>
    /// vfio-pci and its variants for one kind of device (drivers/vfio/pci/*: mlx5_vfio_pci, nvgrace-gpu-vfio-pci, …),
    /// which all carry VFIO in their names.
    /// </summary>
    public static bool OpensThroughVfio(string? driver) => driver?.Contains("vfio", StringComparison.Ordinal) ?? false;

    /// <summary>
    /// Those a group may have besides: none, pci-stub, and pcieport on a bridge, which does no DMA of its own
    /// (docs.kernel.org/driver-api/vfio.html, "VFIO Usage Example").
    /// </summary>
    public static bool AllowedInGroup(string? driver) =>
        driver is null or "pci-stub" or "pcieport" || OpensThroughVfio(driver);
}
