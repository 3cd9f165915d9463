using System.Runtime.InteropServices;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// What we use of VFIO's user API, with its own names: include/uapi/linux/vfio.h,
/// <see href="https://docs.kernel.org/driver-api/vfio.html"/>. All requests are <c>_IO(VFIO_TYPE, VFIO_BASE + n)</c>,
/// which encodes no size.
/// </summary>
internal static class VfioUapi
{
    public const int VFIO_API_VERSION = 0;

    /// <summary>The IOMMU model of x86: mappings are unmapped as they were mapped.</summary>
    public const int VFIO_TYPE1v2_IOMMU = 3;

    public const uint VFIO_GROUP_FLAGS_VIABLE = 1;

    public const uint VFIO_DMA_MAP_FLAG_READ = 1, VFIO_DMA_MAP_FLAG_WRITE = 2;

    private const int VFIO_TYPE = ';', VFIO_BASE = 100;

    private const int Requests = (VFIO_TYPE << 8) + VFIO_BASE;

    // On the container.
    public const nuint VFIO_GET_API_VERSION = Requests + 0;
    public const nuint VFIO_CHECK_EXTENSION = Requests + 1;
    public const nuint VFIO_SET_IOMMU = Requests + 2;
    public const nuint VFIO_IOMMU_MAP_DMA = Requests + 13;

    // On a group.
    public const nuint VFIO_GROUP_GET_STATUS = Requests + 3;
    public const nuint VFIO_GROUP_SET_CONTAINER = Requests + 4;
    public const nuint VFIO_GROUP_GET_DEVICE_FD = Requests + 6;
}

/// <summary><c>struct vfio_group_status</c> (include/uapi/linux/vfio.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct vfio_group_status
{
    /// <summary>The size of this struct, in bytes; set by the caller.</summary>
    public uint argsz;

    /// <summary>VFIO_GROUP_FLAGS_…; filled in by the kernel.</summary>
    public uint flags;
}

/// <summary><c>struct vfio_iommu_type1_dma_map</c> (include/uapi/linux/vfio.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct vfio_iommu_type1_dma_map
{
    /// <summary>The size of this struct, in bytes.</summary>
    public uint argsz;

    /// <summary>VFIO_DMA_MAP_FLAG_….</summary>
    public uint flags;

    /// <summary>Where the memory is for the process; page-aligned, as are the other two.</summary>
    public ulong vaddr;

    /// <summary>Where it is to be for the devices.</summary>
    public ulong iova;

    /// <summary>In bytes.</summary>
    public ulong size;
}
