using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Host.Pci;
using Profiler.Host.Tests.Pci;

namespace Profiler.Host.Tests.Identity;

/// <summary>Which devices are looked at after an operation, and what is kept of it.</summary>
public sealed class DeviceDamagesTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly HostFacts _facts = new();
    private readonly List<Fact> _told = [];
    private readonly DeviceDamages _damages;

    public DeviceDamagesTests()
    {
        _facts.Learned += _told.Add;
        _damages = new DeviceDamages(_facts, new DeviceHealth(_sysfs.Sysfs, () => { }));
    }

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_hot_reset_may_damage_all_devices_of_the_bus()
    {
        const string port = "0000:00:08.0";
        _sysfs.Add(port, "pcieport", 1).Power(port, "active", "D0");
        foreach (string bdf in (string[])["0000:01:00.0", "0000:01:00.1"])
        {
            _sysfs.Add(bdf, "vfio-pci", 14, below: port).Attributes(bdf, "8086", "10d3", "020000", "bus")
                .Power(bdf, "active", "D0").Config(bdf, silent: false);
        }
        foreach (DeviceIdentity device in new DeviceIdentities(_sysfs.Sysfs, new PciIds()).Scan())
            _facts.Add(device);
        _damages.Begin();
        _sysfs.Config("0000:01:00.1", silent: true);
        Operation reset = Release("0000:01:00.0") with { Resets = [new Reset("0000:01:00.0", ResetMethod.Bus, [], new Interval(0, 1), 0, [])] };
        _damages.Learn(reset);
        Assert.Empty(_facts.Damages);
        _damages.Learn(reset with { Kind = OperationKind.HotReset });
        Assert.Equal([new ResetDamage("0000:01:00.1", "hot_reset", 7, "qemu", 1)], _facts.Damages);
        Assert.Contains(_told, fact => fact is ResetDamage);
    }

    [Fact]
    public void However_many_devices_are_damaged_a_bounded_number_is_remembered()
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "8086", "10d3", "020000", "bus").Power("0000:01:00.0", "active", "D0");
        for (int i = 0; i < 2 * (DeviceDamages.MaxKept + 5); i++)
        {
            _sysfs.Config("0000:01:00.0", silent: i % 2 == 1);
            _damages.Learn(Release("0000:01:00.0") with
            {
                Time = new Interval(0, i),
                Resets = [new Reset("0000:01:00.0", ResetMethod.Bus, [], new Interval(0, 1), 0, [])],
            });
        }
        Assert.Equal(DeviceDamages.MaxKept, _facts.Damages.Count());
        Assert.Equal(2 * (DeviceDamages.MaxKept + 5) - 1, _facts.Damages.Last().EndNs);
    }

    private static Operation Release(string device) => new(
        OperationKind.Release, new TaskId(7, 7, "qemu"), "qemu", 0, device, true, 0, true, new Interval(0, 1), [], []);
}
