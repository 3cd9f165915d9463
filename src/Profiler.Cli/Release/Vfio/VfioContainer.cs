using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Host.Pci;
using Profiler.Linux;
using static Profiler.Cli.Release.Vfio.VfioUapi;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// An open container, or an iommufd in its place, with the groups in it: one address space for DMA. The steps are those of
/// docs.kernel.org/driver-api/vfio.html, "VFIO Usage Example".
/// </summary>
/// <remarks>
/// The descriptors are plain numbers, so that no finalizer of the runtime closes them before the kernel does at exit.
/// </remarks>
internal sealed class VfioContainer : IAddressSpace
{
    public const string Node = "/dev/vfio/vfio";

    private readonly Dictionary<int, int> _groups = [];
    private int _container;
    private DmaMemory? _memory;

    private VfioContainer(int container) => _container = container;

    public static string GroupNode(int group) => $"/dev/vfio/{group}";

    /// <exception cref="UserException">VFIO is not loaded, has another API version, or there is no permission (3).</exception>
    public static VfioContainer Open() => Open(Node, VfioErrors.OpenContainer);

    /// <summary>The same with an iommufd, which takes a container's requests.</summary>
    /// <exception cref="UserException">The kernel has no iommufd, or there is no permission (3).</exception>
    public static VfioContainer OpenIommufd() => Open(IommufdAddressSpace.Node, VfioErrors.OpenIommufd);

    private static VfioContainer Open(string node, Func<int, UserException> error)
    {
        int fd = Posix.open(node, Posix.O_RDWR | Posix.O_CLOEXEC);
        if (fd < 0)
            throw error(Marshal.GetLastPInvokeError());
        var container = new VfioContainer(fd);
        try
        {
            container.CheckApi();
            return container;
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <summary>Opens a device, and first its group if that is not open yet.</summary>
    /// <inheritdoc/>
    public int OpenDevice(VfioDevice device)
    {
        if (!_groups.TryGetValue(device.Group, out int group))
            group = AddGroup(device.Group);
        int fd = LibC.ioctl(group, VFIO_GROUP_GET_DEVICE_FD, device.Address.ToString());
        return fd >= 0 ? fd : throw VfioErrors.OpenDevice(device.Address, Marshal.GetLastPInvokeError());
    }

    /// <inheritdoc/>
    /// <remarks>The container has no IOMMU before the first device.</remarks>
    public void MapMemory(IommuOptions options) => _memory = DmaMemory.Map(options, Map);

    /// <summary>Closes groups and container; mapped memory is unmapped with the last of them.</summary>
    public void Dispose()
    {
        foreach (int group in _groups.Values)
            _ = Posix.close(group);
        _groups.Clear();
        if (_container >= 0)
            _ = Posix.close(_container);
        _container = -1;
        _memory?.Dispose();
        _memory = null;
    }

    private int Map(ulong address, ulong iova, ulong bytes)
    {
        var map = new vfio_iommu_type1_dma_map
        {
            argsz = (uint)Unsafe.SizeOf<vfio_iommu_type1_dma_map>(),
            flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
            vaddr = address,
            iova = iova,
            size = bytes,
        };
        return LibC.ioctl(_container, VFIO_IOMMU_MAP_DMA, ref map);
    }

    private void CheckApi()
    {
        int version = LibC.ioctl(_container, VFIO_GET_API_VERSION, 0);
        if (version != VFIO_API_VERSION)
            throw VfioErrors.WrongVersion(version);
        if (LibC.ioctl(_container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) <= 0)
            throw VfioErrors.NoType1();
    }

    private int AddGroup(int number)
    {
        int group = Posix.open(GroupNode(number), Posix.O_RDWR | Posix.O_CLOEXEC);
        if (group < 0)
            throw VfioErrors.OpenGroup(number, Marshal.GetLastPInvokeError());
        // Dispose closes it from now on.
        _groups.Add(number, group);

        var status = new vfio_group_status { argsz = (uint)Marshal.SizeOf<vfio_group_status>() };
        if (LibC.ioctl(group, VFIO_GROUP_GET_STATUS, ref status) < 0 || (status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0)
            throw VfioErrors.NotViable(number, new PciSysfs());

        // The first group gives the container its IOMMU model; the others are attached as they join.
        if (LibC.ioctl(group, VFIO_GROUP_SET_CONTAINER, ref _container) < 0
            || (_groups.Count == 1 && LibC.ioctl(_container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0))
            throw VfioErrors.SetIommu(number, Marshal.GetLastPInvokeError());
        return group;
    }
}
