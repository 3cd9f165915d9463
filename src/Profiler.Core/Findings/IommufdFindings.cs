using System.Collections.Immutable;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>Devices whose container is emulated by an iommufd. What that costs in mapping was not measured: the figures are published ones.</summary>
internal static class IommufdFindings
{
    /// <summary>The finding; null if there is no such device.</summary>
    /// <param name="operations">Opens or releases.</param>
    public static Finding? Compat(ImmutableArray<Operation> operations) => !Any(operations) ? null : new Finding(FindingKinds.IommufdCompat, () =>
    {
        string[] devices = [.. operations.Where(o => o.IommufdCompat).Select(o => o.Device).Distinct()];
        return new FindingDetails(
            $"{Figures.Count(devices.Length, "device")} ({Figures.List(devices)}) {(devices.Length == 1 ? "was" : "were")} used through a container that " +
            "is emulated by an iommufd (iommufd_compat). What that costs was not measured here; published figures of mapping 256 GiB of 1 GiB " +
            "pages: type1 99 ms, iommufd 145 ms, iommufd_compat 1577 ms",
            "have devices opened by their own nodes and bound to an iommufd (QEMU: -object iommufd), or use vfio_iommu_type1")
        {
            Devices = [.. devices],
        };
    });

    private static bool Any(ImmutableArray<Operation> operations)
    {
        foreach (Operation operation in operations)
        {
            if (operation.IommufdCompat)
                return true;
        }
        return false;
    }
}
