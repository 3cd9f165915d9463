using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Linux;

namespace Profiler.Cli.Release.Vfio;

/// <summary>Errors of VFIO's user API, with their remedies.</summary>
internal static class VfioErrors
{
    public static UserException NoVfio() =>
        UserException.NotPossible($"VFIO is not loaded ({VfioContainer.Node} is missing): modprobe vfio-pci");

    public static UserException OpenContainer(int errno) => Open(VfioContainer.Node, errno, NoVfio());

    public static UserException NoIommufd() => UserException.NotPossible(
        $"this kernel has no iommufd, or it is not loaded ({IommufdAddressSpace.Node} is missing): modprobe {KernelModules.Iommufd}, or take " +
        "--iommu type1");

    public static UserException OpenIommufd(int errno) => Open(IommufdAddressSpace.Node, errno, NoIommufd());

    public static UserException AllocateIoas(int errno) => Failed("make an address space for DMA", errno);

    public static UserException OpenNode(VfioDevice device, int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => NoPermission(device.Node!),
        Errno.ENOENT => UserException.NotPossible(
            $"{device.Node} is missing though {device.Address} has it: make /dev of the host visible here"),
        _ => Failed($"open {device.Node}", errno),
    };

    public static UserException BindDevice(VfioDevice device, int errno) => errno switch
    {
        Errno.EPERM => InterruptsUnsafe(device.Group, KernelModules.Iommufd),
        // EBUSY: somebody has opened the group, or another device of it; EINVAL: this one is bound already.
        Errno.EBUSY or Errno.EINVAL => Busy(
            device.Group,
            [
                .. FileUser.Of(VfioContainer.GroupNode(device.Group)).Concat(FileUser.Of(device.Node!))
                    .Where(user => user.Id != Environment.ProcessId),
            ]),
        _ => Failed($"bind {device.Address} to an iommufd", errno),
    };

    public static UserException AttachDevice(PciAddress address, int errno) => Failed($"attach {address} to an address space", errno);

    public static UserException WrongVersion(int version) => UserException.NotPossible(
        $"this kernel's VFIO has API version {version}, not {VfioUapi.VFIO_API_VERSION}: a newer vfioscope may know it");

    public static UserException NoType1() =>
        UserException.NotPossible($"VFIO has no driver for the IOMMU (type 1 v2): modprobe {KernelModules.VfioIommuType1}");

    public static UserException OpenGroup(int group, int errno)
    {
        string node = VfioContainer.GroupNode(group);
        return errno switch
        {
            Errno.EBUSY => Busy(group, FileUser.Of(node)),
            Errno.EPERM or Errno.EACCES => NoPermission(node),
            Errno.ENOENT => UserException.NotPossible(
                $"{node} is missing though its devices are bound to vfio-pci: turn the IOMMU on (no-IOMMU mode is not " +
                "supported), or make /dev of the host visible here"),
            _ => Failed($"open {node}", errno),
        };
    }

    public static UserException Busy(int group, IReadOnlyList<FileUser> users) => users.Count == 0
        // An exiting process has no descriptors any more, and may be releasing devices for seconds.
        ? UserException.NotPossible(
            $"IOMMU group {group} is in use by a process that is not visible here: wait if one is still exiting, else look for it " +
            $"as root and outside of containers ('fuser -v {VfioContainer.GroupNode(group)}')")
        : UserException.NotPossible(
            $"IOMMU group {group} is in use by {string.Join(", ", users)}: shut that down first");

    public static UserException NotViable(int group, PciSysfs sysfs)
    {
        string[] others =
        [
            .. from address in sysfs.GroupMembers(@group)
               let driver = sysfs.Driver(address)
               where !VfioDrivers.AllowedInGroup(driver)
               select $"{address} is bound to {driver}",
        ];
        string why = others.Length == 0 ? "another of its devices is in use by the host" : string.Join(", ", others);
        return UserException.NotPossible(
            $"IOMMU group {group} cannot be used as a whole: {why}; bind every device of the group to vfio-pci or to no driver");
    }

    public static UserException SetIommu(int group, int errno) => errno switch
    {
        Errno.EPERM => InterruptsUnsafe(group, KernelModules.VfioIommuType1),
        Errno.EBUSY => Busy(group, FileUser.Of(VfioContainer.GroupNode(group))),
        _ => Failed($"attach IOMMU group {group} to a container", errno),
    };

    public static UserException OpenDevice(PciAddress address, int errno) => Failed($"open {address}", errno);

    public static UserException MapDma(ByteSize size, int errno) => errno switch
    {
        Errno.ENOMEM or Errno.EPERM => UserException.NotPossible(
            $"the kernel refuses to pin {size} of memory for DMA: run as root (sudo) or raise the limit (ulimit -l), and check " +
            "that as much memory is free (free -h)"),
        Errno.EINVAL => UserException.NotPossible(
            $"the IOMMU has no room for {size} from address 0x{DmaMemory.FirstIova:x} up: map less"),
        _ => Failed($"map {size} for DMA", errno),
    };

    public static UserException NoHugePages(string file) => UserException.NotPossible(
        $"this host makes no transparent huge pages (it is without {file}, or that says never): echo madvise >{file}, or take --page {PageSize.Small.Name}");

    public static UserException NoGiantPages(ulong pages) => UserException.NotPossible(
        $"{(pages == 1 ? "no page of 1 GiB is" : $"fewer than {pages} pages of 1 GiB are")} free: echo {pages} >/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages, and see " +
        "there how many it became");

    // ENODEV: udev creates the node at boot, also when the module is missing.
    private static UserException Open(string node, int errno, UserException missing) => errno switch
    {
        Errno.ENOENT or Errno.ENODEV => missing,
        Errno.EPERM or Errno.EACCES => NoPermission(node),
        _ => Failed($"open {node}", errno),
    };

    private static UserException InterruptsUnsafe(int group, string module) => UserException.NotPossible(
        $"the kernel refuses IOMMU group {group}, as interrupt remapping is off on this machine: turn it on in the firmware, " +
        $"or accept the risk: echo Y > /sys/module/{module}/parameters/allow_unsafe_interrupts");

    private static UserException NoPermission(string node) =>
        UserException.NotPossible($"no permission to open {node}: run as root (sudo)");

    private static UserException Failed(string what, int errno) =>
        UserException.NotPossible($"cannot {what}: {Errno.Text(errno)}; the kernel's log may say more (dmesg)");
}
