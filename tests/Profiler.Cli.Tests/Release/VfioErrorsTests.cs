using Profiler.Cli.Release.Vfio;
using Profiler.Cli.Usage;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Pci;
using Profiler.Linux;

namespace Profiler.Cli.Tests.Release;

public sealed class VfioErrorsTests
{
    [Fact]
    public void A_group_that_is_not_viable_names_who_is_in_the_way()
    {
        using var host = new FakeSysfs();
        host.Add("0000:00:1c.0", "pcieport", 7).Add("0000:02:00.0", "vfio-pci", 7).Add("0000:02:00.1", "snd_hda_intel", 7)
            .Add("0000:02:00.2", null, 7).Add("0000:02:00.3", "pci-stub", 7).Add("0000:03:00.0", "e1000e", 8);
        Assert.Equal(
            "IOMMU group 7 cannot be used as a whole: 0000:02:00.1 is bound to snd_hda_intel; bind every device of the group " +
            "to vfio-pci or to no driver",
            VfioErrors.NotViable(7, host.Sysfs).Message);
    }

    [Fact]
    public void A_busy_group_names_who_has_it() => Assert.Equal(
        "IOMMU group 7 is in use by qemu-system-x86 (pid 4711): shut that down first",
        VfioErrors.Busy(7, [new FileUser(4711, "qemu-system-x86")]).Message);

    [Fact]
    public void A_busy_group_whose_user_is_out_of_sight_says_where_to_look() => Assert.Equal(
        "IOMMU group 7 is in use by a process that is not visible here: wait if one is still exiting, else look for it as root and outside " +
        "of containers ('fuser -v /dev/vfio/7')",
        VfioErrors.Busy(7, []).Message);

    [Theory]
    [InlineData(Errno.ENOMEM)]
    [InlineData(Errno.EPERM)]
    public void Memory_that_is_not_pinned_is_a_matter_of_limits_or_of_memory(int errno) => Assert.Equal(
        "the kernel refuses to pin 2G of memory for DMA: run as root (sudo) or raise the limit (ulimit -l), and check that as much " +
        "memory is free (free -h)",
        VfioErrors.MapDma(new ByteSize(2UL << 30), errno).Message);

    [Theory]
    [InlineData(Errno.ENOENT)]
    [InlineData(Errno.ENODEV)]
    public void A_container_device_without_its_module_is_no_VFIO(int errno) =>
        Assert.Equal(VfioErrors.NoVfio().Message, VfioErrors.OpenContainer(errno).Message);

    [Theory]
    [InlineData(Errno.ENOENT)]
    [InlineData(Errno.ENODEV)]
    public void Without_a_node_or_behind_it_there_is_no_iommufd(int errno) =>
        Assert.Equal(VfioErrors.NoIommufd().Message, VfioErrors.OpenIommufd(errno).Message);

    [Fact]
    public void Unsafe_interrupts_are_a_setting_of_whoever_refuses_them()
    {
        var device = new VfioDevice(new PciAddress(0, 1, 0, 0), 7, "/dev/vfio/devices/vfio3");
        Assert.EndsWith("echo Y > /sys/module/iommufd/parameters/allow_unsafe_interrupts", VfioErrors.BindDevice(device, Errno.EPERM).Message, StringComparison.Ordinal);
        Assert.EndsWith("echo Y > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", VfioErrors.SetIommu(7, Errno.EPERM).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "no page of 1 GiB is free: echo 1 >/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages, and see there how many it became")]
    [InlineData(8, "fewer than 8 pages of 1 GiB are free: echo 8 >/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages, and see there how many it became")]
    public void Pages_that_somebody_has_to_reserve_are_asked_for(ulong pages, string message) =>
        Assert.Equal(message, VfioErrors.NoGiantPages(pages).Message);

    [Fact]
    public void The_users_of_a_file_are_found_by_their_descriptors()
    {
        string path = Path.GetTempFileName();
        Assert.Empty(FileUser.Of(path));
        using (new FileStream(path, FileMode.Open))
            Assert.Equal(Environment.ProcessId, Assert.Single(FileUser.Of(path)).Id);
        File.Delete(path);
    }
}
