using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Linux;
using static Profiler.Cli.Release.Vfio.IommufdUapi;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// An address space (IOAS) of an iommufd. The steps are those of docs.kernel.org/driver-api/vfio.html, "VFIO Device cdev".
/// </summary>
/// <remarks>
/// The descriptor is a plain number, so that no finalizer of the runtime closes it before the kernel does at exit.
/// </remarks>
internal sealed class IommufdAddressSpace : IAddressSpace
{
    public const string Node = "/dev/iommu";

    private int _iommufd;
    private uint _ioas;
    private DmaMemory? _memory;

    private IommufdAddressSpace(int iommufd) => _iommufd = iommufd;

    /// <exception cref="UserException">The kernel has no iommufd, or there is no permission (3).</exception>
    public static IommufdAddressSpace Open()
    {
        int fd = Posix.open(Node, Posix.O_RDWR | Posix.O_CLOEXEC);
        if (fd < 0)
            throw VfioErrors.OpenIommufd(Marshal.GetLastPInvokeError());
        var space = new IommufdAddressSpace(fd);
        var allocate = new iommu_ioas_alloc { size = (uint)Unsafe.SizeOf<iommu_ioas_alloc>() };
        if (LibC.ioctl(fd, IOMMU_IOAS_ALLOC, ref allocate) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            space.Dispose();
            throw VfioErrors.AllocateIoas(errno);
        }
        space._ioas = allocate.out_ioas_id;
        return space;
    }

    /// <inheritdoc/>
    public int OpenDevice(VfioDevice device)
    {
        int fd = Posix.open(device.Node!, Posix.O_RDWR | Posix.O_CLOEXEC);
        if (fd < 0)
            throw VfioErrors.OpenNode(device, Marshal.GetLastPInvokeError());
        // The device is opened, and reset, as it is bound.
        var bind = new vfio_device_bind_iommufd { argsz = (uint)Unsafe.SizeOf<vfio_device_bind_iommufd>(), iommufd = _iommufd };
        if (LibC.ioctl(fd, VFIO_DEVICE_BIND_IOMMUFD, ref bind) < 0)
            throw CloseAfter(fd, VfioErrors.BindDevice(device, Marshal.GetLastPInvokeError()));
        var attach = new vfio_device_attach_iommufd_pt { argsz = (uint)Unsafe.SizeOf<vfio_device_attach_iommufd_pt>(), pt_id = _ioas };
        if (LibC.ioctl(fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, ref attach) < 0)
            throw CloseAfter(fd, VfioErrors.AttachDevice(device.Address, Marshal.GetLastPInvokeError()));
        return fd;
    }

    /// <inheritdoc/>
    public void MapMemory(IommuOptions options) => _memory = DmaMemory.Map(options, Map);

    /// <summary>Closes the iommufd. The memory was unmapped with the last device.</summary>
    public void Dispose()
    {
        if (_iommufd >= 0)
            _ = Posix.close(_iommufd);
        _iommufd = -1;
        _memory?.Dispose();
        _memory = null;
    }

    private int Map(ulong address, ulong iova, ulong bytes)
    {
        var map = new iommu_ioas_map
        {
            size = (uint)Unsafe.SizeOf<iommu_ioas_map>(),
            flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
            ioas_id = _ioas,
            user_va = address,
            length = bytes,
            iova = iova,
        };
        return LibC.ioctl(_iommufd, IOMMU_IOAS_MAP, ref map);
    }

    private static UserException CloseAfter(int fd, UserException error)
    {
        _ = Posix.close(fd);
        return error;
    }
}
