namespace Profiler.Linux;

/// <summary>
/// The kernel modules whose functions are watched, by their names in <c>/sys/module</c>, where '-' is written '_'. A module may
/// be built into the kernel, or be loaded and unloaded at any time.
/// </summary>
public static class KernelModules
{
    /// <summary>Devices, groups and dev_sets: drivers/vfio.</summary>
    public const string Vfio = "vfio";

    /// <summary>The driver <c>vfio-pci</c>.</summary>
    public const string VfioPci = "vfio_pci";

    /// <summary>What all VFIO drivers for PCI share; a module of its own since 5.15.</summary>
    public const string VfioPciCore = "vfio_pci_core";

    /// <summary>The container of <c>/dev/vfio/vfio</c>: maps and pins memory.</summary>
    public const string VfioIommuType1 = "vfio_iommu_type1";

    /// <summary>Its successor, <c>/dev/iommu</c>.</summary>
    public const string Iommufd = "iommufd";

    public const string Kvm = "kvm";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Vfio, VfioPci, VfioPciCore, VfioIommuType1, Iommufd, Kvm];
}
