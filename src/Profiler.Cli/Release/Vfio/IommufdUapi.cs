using System.Runtime.InteropServices;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// What we use of iommufd's user API, with its own names: include/uapi/linux/iommufd.h,
/// <see href="https://docs.kernel.org/userspace-api/iommufd.html"/>, and include/uapi/linux/vfio.h since 6.6, both newer than the
/// headers of Debian 12. No request encodes a size.
/// </summary>
internal static class IommufdUapi
{
    public const uint IOMMU_IOAS_MAP_FIXED_IOVA = 1, IOMMU_IOAS_MAP_WRITEABLE = 2, IOMMU_IOAS_MAP_READABLE = 4;

    private const int Type = ';' << 8;

    // On the iommufd.
    public const nuint IOMMU_IOAS_ALLOC = Type + 0x81;
    public const nuint IOMMU_IOAS_MAP = Type + 0x85;

    // On a device.
    public const nuint VFIO_DEVICE_BIND_IOMMUFD = Type + 100 + 18;
    public const nuint VFIO_DEVICE_ATTACH_IOMMUFD_PT = Type + 100 + 19;
}

/// <summary><c>struct iommu_ioas_alloc</c> (include/uapi/linux/iommufd.h): makes an address space.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct iommu_ioas_alloc
{
    /// <summary>The size of this struct, in bytes.</summary>
    public uint size;

    public uint flags;

    /// <summary>Its number; filled in by the kernel.</summary>
    public uint out_ioas_id;
}

/// <summary><c>struct iommu_ioas_map</c> (include/uapi/linux/iommufd.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct iommu_ioas_map
{
    /// <summary>The size of this struct, in bytes.</summary>
    public uint size;

    /// <summary>IOMMU_IOAS_MAP_….</summary>
    public uint flags;

    /// <summary>The address space.</summary>
    public uint ioas_id;

    public uint __reserved;

    /// <summary>Where the memory is for the process; page-aligned, as are the other two.</summary>
    public ulong user_va;

    /// <summary>In bytes.</summary>
    public ulong length;

    /// <summary>Where it is to be for the devices.</summary>
    public ulong iova;
}

/// <summary><c>struct vfio_device_bind_iommufd</c> (include/uapi/linux/vfio.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct vfio_device_bind_iommufd
{
    /// <summary>The size of this struct, in bytes.</summary>
    public uint argsz;

    public uint flags;

    /// <summary>The descriptor of the iommufd.</summary>
    public int iommufd;

    /// <summary>The device's number there; filled in by the kernel.</summary>
    public uint out_devid;
}

/// <summary><c>struct vfio_device_attach_iommufd_pt</c> (include/uapi/linux/vfio.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct vfio_device_attach_iommufd_pt
{
    /// <summary>The size of this struct, in bytes.</summary>
    public uint argsz;

    public uint flags;

    /// <summary>The address space; the kernel may fill in another number.</summary>
    public uint pt_id;
}
