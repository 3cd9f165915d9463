using Profiler.Cli.Release.Vfio;
using Profiler.Core;
using Profiler.Host.Pci;
using Profiler.Host.Tests.Pci;

namespace Profiler.Cli.Tests.Release;

public sealed class DeviceArgumentsTests : IDisposable
{
    private readonly FakeSysfs _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Devices_come_in_the_order_typed_with_their_groups()
    {
        _host.LoadVfio().Add("0000:01:00.0", "vfio-pci", 12)
            .Add("0000:02:00.0", "mlx5_vfio_pci", 7).Add("0000:02:00.1", "vfio-pci", 7);
        Assert.Equal(
            [
                new VfioDevice(new PciAddress(0, 2, 0, 1), 7),
                new VfioDevice(new PciAddress(0, 1, 0, 0), 12),
                new VfioDevice(new PciAddress(0, 2, 0, 0), 7),
            ],
            Resolve("02:00.1", "0000:01:00.0", "02:00.0"));
    }

    [Fact]
    public void What_is_no_address_is_wrong_usage() =>
        Refused(ExitCode.Usage, "'eth0' is not a PCI address: write 0000:01:00.0 or 01:00.0", "eth0");

    [Fact]
    public void A_device_given_twice_in_two_ways_is_wrong_usage() =>
        Refused(ExitCode.Usage, "0000:01:00.0 is given twice: name each device once", "01:00.0", "0000:01:00.0");

    [Fact]
    public void An_unknown_device_is_wrong_usage_even_without_VFIO() =>
        Refused(ExitCode.Usage, "there is no PCI device 0000:01:00.0 ('lspci -D' lists all there are)", "01:00.0");

    [Fact]
    public void Without_VFIO_nothing_else_of_the_device_matters()
    {
        _host.Add("0000:01:00.0", "e1000e", null);
        Refused(ExitCode.NotPossible, "VFIO is not loaded (/dev/vfio/vfio is missing): modprobe vfio-pci", "01:00.0");
    }

    [Fact]
    public void Without_an_IOMMU_group_the_driver_does_not_matter()
    {
        _host.LoadVfio().Add("0000:01:00.0", "e1000e", null);
        Refused(
            ExitCode.NotPossible,
            "0000:01:00.0 is in no IOMMU group: turn on VT-d or AMD-Vi in the firmware, boot with intel_iommu=on (Intel), " +
            "and see that iommu=off is not on the kernel's command line",
            "01:00.0");
    }

    [Fact]
    public void A_device_with_its_native_driver_is_told_how_to_change_it()
    {
        _host.LoadVfio().Add("0000:01:00.0", "e1000e", 1);
        Refused(
            ExitCode.NotPossible,
            "0000:01:00.0 is bound to e1000e, not to vfio-pci: driverctl --nosave set-override 0000:01:00.0 vfio-pci, or " +
            "modprobe vfio-pci; echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override; " +
            "echo 0000:01:00.0 > /sys/bus/pci/drivers/e1000e/unbind; echo 0000:01:00.0 > /sys/bus/pci/drivers_probe",
            "01:00.0");
    }

    [Fact]
    public void A_device_with_no_driver_has_nothing_to_be_unbound_from()
    {
        _host.LoadVfio().Add("0000:01:00.0", null, 1);
        Refused(
            ExitCode.NotPossible,
            "0000:01:00.0 is bound to no driver, not to vfio-pci: driverctl --nosave set-override 0000:01:00.0 vfio-pci, or " +
            "modprobe vfio-pci; echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override; " +
            "echo 0000:01:00.0 > /sys/bus/pci/drivers_probe",
            "01:00.0");
    }

    [Fact]
    public void By_iommufd_a_device_has_its_own_node()
    {
        _host.HasNode("iommu").Add("0000:01:00.0", "vfio-pci", 12).VfioName("0000:01:00.0", "vfio3");
        Assert.Equal(
            [new VfioDevice(new PciAddress(0, 1, 0, 0), 12, "/dev/vfio/devices/vfio3")],
            new DeviceArguments(_host.Sysfs, IommuApi.Iommufd, _host.Dev).Resolve(["01:00.0"]));
    }

    [Fact]
    public void With_an_iommufd_as_the_container_a_device_is_opened_through_its_group()
    {
        _host.HasNode("iommu").Add("0000:01:00.0", "vfio-pci", 12).VfioName("0000:01:00.0", "vfio3");
        Assert.Equal(
            [new VfioDevice(new PciAddress(0, 1, 0, 0), 12)],
            new DeviceArguments(_host.Sysfs, IommuApi.Compat, _host.Dev).Resolve(["01:00.0"]));
    }

    [Fact]
    public void A_kernel_without_iommufd_or_without_nodes_is_told_by_what_is_missing()
    {
        _host.LoadVfio().Add("0000:01:00.0", "vfio-pci", 12).VfioName("0000:01:00.0", "vfio3", hasNode: false);
        Refused(
            IommuApi.Iommufd, ExitCode.NotPossible,
            "this kernel has no iommufd, or it is not loaded (/dev/iommu is missing): modprobe iommufd, or take --iommu type1", "01:00.0");
        _host.HasNode("iommu");
        Refused(
            IommuApi.Iommufd, ExitCode.NotPossible,
            "0000:01:00.0 has no device node: this kernel's VFIO opens devices through their groups only (CONFIG_VFIO_DEVICE_CDEV); " +
            "take --iommu type1",
            "01:00.0");
    }

    private IReadOnlyList<VfioDevice> Resolve(params string[] arguments) =>
        new DeviceArguments(_host.Sysfs, IommuApi.Type1, _host.Dev).Resolve(arguments);

    private void Refused(int exitCode, string message, params string[] arguments) =>
        Refused(IommuApi.Type1, exitCode, message, arguments);

    private void Refused(IommuApi api, int exitCode, string message, params string[] arguments)
    {
        var refusal = Assert.Throws<UserException>(() => new DeviceArguments(_host.Sysfs, api, _host.Dev).Resolve(arguments));
        Assert.Equal((exitCode, message), (refusal.Code, refusal.Message));
    }
}
