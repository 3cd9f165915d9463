using System.Text;
using Profiler.Core.Facts;
using Profiler.Host.Pci;
using Profiler.Host.Tests.Pci;
using Profiler.Tests.Support;

namespace Profiler.Host.Tests.Identity;

public sealed class DeviceIdentitiesTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly TemporaryFile _ids = new(Encoding.UTF8.GetBytes(PciIdsTests.Excerpt));

    private DeviceIdentities Identities => new(_sysfs.Sysfs, new PciIds(_ids.Path));

    public void Dispose()
    {
        _sysfs.Dispose();
        _ids.Dispose();
    }

    [Fact]
    public void A_device_is_what_sysfs_and_the_database_say()
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14, below: "0000:00:01.0")
            .Attributes("0000:01:00.0", "10de", "2330", "030200", "flr bus");
        DeviceIdentity device = Identities.Learn("0000:01:00.0")!;
        Assert.Equal(("0000:01:00.0", "10de", "2330", "030200"), (device.Bdf, device.VendorId, device.DeviceId, device.Class));
        Assert.Equal(("NVIDIA Corporation", "GH100 [H100 SXM5 80GB]"), (device.Vendor, device.Device));
        Assert.Equal((14, "vfio-pci"), (device.IommuGroup, device.Driver));
        Assert.Equal(["flr", "bus"], device.ResetMethods!);
        Assert.Empty(device.DevSetMates);
    }

    [Theory]
    [InlineData("flr bus\n", "flr+bus")]
    [InlineData("\n", "")]
    [InlineData(null, null)]
    public void Reset_methods_are_a_list_unless_the_kernel_does_not_list_them(string? file, string? methods)
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "10de", "2330", "030200", file);
        DeviceIdentity device = Identities.Learn("0000:01:00.0")!;
        Assert.Equal(methods, device.ResetMethods is { } list ? string.Join('+', list) : null);
    }

    [Fact]
    public void Those_on_the_same_bus_below_a_bridge_share_a_dev_set()
    {
        foreach (string bdf in (string[])["0000:01:00.0", "0000:01:00.1", "0000:02:00.0"])
            _sysfs.Add(bdf, "vfio-pci", 14, below: "0000:00:01.0").Attributes(bdf, "10de", "2330", "030200", "bus");
        DeviceIdentities identities = Identities;
        IReadOnlyList<DeviceIdentity> devices = identities.Scan();
        Assert.Equal(["0000:01:00.1"], devices[0].DevSetMates);
        Assert.Equal(["0000:01:00.0"], devices[1].DevSetMates);
        Assert.Empty(devices[2].DevSetMates);
    }

    [Fact]
    public void A_virtual_function_has_its_physical_one()
    {
        _sysfs.Add("0000:01:00.0", "nvme", 14).Attributes("0000:01:00.0", "1b36", "0010", "010802", "flr")
            .Add("0000:01:00.1", "vfio-pci", 15).Attributes("0000:01:00.1", "1b36", "0010", "010802", "flr").VirtualFunction("0000:01:00.1", of: "0000:01:00.0");
        DeviceIdentities identities = Identities;
        Assert.Equal("0000:01:00.0", identities.Learn("0000:01:00.1")!.PhysicalFunction);
        Assert.Null(identities.Learn("0000:01:00.0")!.PhysicalFunction);
    }

    [Fact]
    public void A_scan_finds_those_with_a_VFIO_driver()
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "10de", "2330", "030200", "bus")
            .Add("0000:02:00.0", "mlx5_vfio_pci", 15).Attributes("0000:02:00.0", "15b3", "101e", "020000", "flr")
            .Add("0000:03:00.0", "e1000e", 16).Attributes("0000:03:00.0", "8086", "10d3", "020000", "flr");
        DeviceIdentities identities = Identities;
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], identities.Scan().Select(d => d.Bdf));
    }

    [Fact]
    public void One_that_comes_later_is_learned_when_it_is_asked_for()
    {
        DeviceIdentities identities = Identities;
        Assert.Null(identities.Learn("0000:01:00.0"));
        _sysfs.Add("0000:01:00.0", null, null).Attributes("0000:01:00.0", "8086", "10d3", "020000", null);
        DeviceIdentity device = identities.Learn("0000:01:00.0")!;
        Assert.Null(device.Driver);
        Assert.Null(device.IommuGroup);
        Assert.Same(device, identities.Learn("0000:01:00.0"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mdev-83b8f4f2")]
    [InlineData("../../../etc")]
    public void What_is_no_PCI_address_is_nobody(string name) => Assert.Null(Identities.Learn(name));

    [Theory]
    [InlineData("10de", "2330", "NVIDIA Corporation GH100 [H100 SXM5 80GB]")]
    [InlineData("10de", "ffff", "NVIDIA Corporation [10de:ffff]")]
    [InlineData("1234", "11e8", "[1234:11e8]")]
    public void It_is_called_by_its_names_as_far_as_it_has_any(string vendor, string device, string name)
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", vendor, device, "030200", "bus");
        Assert.Equal(name, DeviceNames.Of(Identities.Learn("0000:01:00.0")!));
    }
}
