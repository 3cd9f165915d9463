using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Host.Pci;

namespace Profiler.Host.Tests.Pci;

/// <summary>How a device is after each operation, and what is told of it.</summary>
public sealed class DeviceHealthTests : IDisposable
{
    private const string Device = "0000:01:00.0", Port = "0000:00:08.0";

    private readonly FakeSysfs _sysfs = new();
    private readonly DeviceHealth _health;
    private Action _meanwhile = () => { };

    public DeviceHealthTests()
    {
        _sysfs.Add(Port, "pcieport", 1).Add(Device, "vfio-pci", 2, below: Port);
        _sysfs.Power(Port, "active", "D0").Power(Device, "active", "D0").Config(Device, silent: false).Link(Device, "16.0", 16).Link(Port, "16.0", 16);
        _health = new DeviceHealth(_sysfs.Sysfs, () => _meanwhile());
        _health.Begin(Device);
    }

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void Of_a_device_that_is_as_before_nothing_is_told()
    {
        foreach (OperationKind kind in Enum.GetValues<OperationKind>())
            Assert.Empty(_health.After(Device, Reset(kind)));
    }

    [Fact]
    public void A_link_with_fewer_lanes_is_told_once_also_while_the_device_sleeps()
    {
        _sysfs.Power(Device, "suspended", "D3hot").Config(Device, silent: true).Link(Device, "Unknown", 63).Link(Port, "16.0", 4);
        Assert.Equal(
            [new ResetDamage(Device, "release", 7, "qemu", 9, new DeviceLink(16, 16), new DeviceLink(16, 4))],
            _health.After(Device, Reset(OperationKind.Release)));
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open)));
    }

    [Fact]
    public void A_slower_link_is_told_after_the_same_operation_as_an_idle_device_slows_down_by_itself()
    {
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open)));
        _sysfs.Link(Port, "2.5", 16);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Release)));
        ResetDamage damage = Assert.Single(_health.After(Device, Reset(OperationKind.Open)));
        Assert.Equal((new DeviceLink(16, 16), new DeviceLink(2.5, 16)), (damage.Before, damage.After));
        _sysfs.Link(Port, "16.0", 16);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open)));
    }

    [Theory]
    [InlineData("suspended", "D3hot", "2.5", 1)] // the port sleeps
    [InlineData("active", "D3hot", "2.5", 1)]
    [InlineData("active", "D0", "Unknown", 63)] // it does not answer itself
    [InlineData("active", "D0", "16.0", 0)] // there is no link
    public void A_link_that_cannot_be_read_is_not_told(string status, string state, string speed, int width)
    {
        _sysfs.Power(Port, status, state).Link(Port, speed, width);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Release)));
    }

    [Fact]
    public void A_link_that_is_still_training_is_not_told()
    {
        _sysfs.Link(Port, "2.5", 1);
        _meanwhile = () => _sysfs.Link(Port, "16.0", 16);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Release)));
        // It does not count as what was before, either.
        _sysfs.Link(Port, "16.0", 8);
        _meanwhile = () => { };
        Assert.Equal(new DeviceLink(16, 16), Assert.Single(_health.After(Device, Reset(OperationKind.Release))).Before);
    }

    [Theory]
    [InlineData("active", false)]
    [InlineData("suspended", true)]
    public void A_device_that_answers_late_or_falls_asleep_is_not_told(string status, bool silent)
    {
        _sysfs.Config(Device, silent: true);
        _meanwhile = () => _sysfs.Power(Device, status, "D0").Config(Device, silent);
        Assert.Empty(_health.After(Device, Reset(OperationKind.HotReset)));
    }

    [Fact]
    public void An_operation_without_a_reset_says_nothing_of_the_link()
    {
        _sysfs.Link(Port, "16.0", 4);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open) with { Resets = [] }));
    }

    [Theory]
    [InlineData("active", "D0")]
    [InlineData("active", "D3cold")] // which the kernel did not want
    [InlineData("error", "D3cold")]
    public void A_device_that_is_awake_and_does_not_answer_is_told_once(string status, string state)
    {
        _sysfs.Power(Device, status, state).Config(Device, silent: true);
        Assert.Equal([new ResetDamage(Device, "hot_reset", 7, "qemu", 9)], _health.After(Device, Reset(OperationKind.HotReset)));
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open)));
        _sysfs.Power(Device, "active", "D0").Config(Device, silent: false);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open)));
        _sysfs.Config(Device, silent: true);
        Assert.Single(_health.After(Device, Reset(OperationKind.Open)));
    }

    [Theory]
    [InlineData("suspended", "D3cold")]
    [InlineData("suspended", "D3hot")]
    [InlineData("active", "D3hot")] // an idle device on 5.10
    [InlineData("unsupported", "D3cold")]
    public void A_device_that_sleeps_is_left_alone(string status, string state)
    {
        _sysfs.Power(Device, status, state).Config(Device, silent: true);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Release)));
    }

    [Fact]
    public void What_was_not_seen_reset_is_not_blamed_on_a_reset()
    {
        _sysfs.Config(Device, silent: true);
        Assert.Empty(_health.After(Device, Reset(OperationKind.Open) with { Resets = [], Result = -5 }));
    }

    [Fact]
    public void After_an_earlier_reset_a_failed_open_tells_it()
    {
        _sysfs.Power(Device, "suspended", "D3hot");
        Assert.Empty(_health.After(Device, Reset(OperationKind.Release)));
        _sysfs.Power(Device, "error", "D3cold").Config(Device, silent: true);
        Assert.Equal("open", Assert.Single(_health.After(Device, Reset(OperationKind.Open) with { Resets = [], Result = -5 })).Operation);
    }

    [Fact]
    public void A_device_that_did_not_answer_when_the_capture_began_is_not_told()
    {
        var late = new DeviceHealth(_sysfs.Config(Device, silent: true).Sysfs, _meanwhile);
        late.Begin(Device);
        Assert.Empty(late.After(Device, Reset(OperationKind.HotReset)));
    }

    /// <summary>Its IDs read 0xff by the specification (SR-IOV 1.1, 3.4.1).</summary>
    [Fact]
    public void A_virtual_function_answers_although_its_IDs_do_not()
    {
        _sysfs.Config(Device, silent: false, ids: 0xff);
        Assert.Empty(_health.After(Device, Reset(OperationKind.HotReset)));
    }

    [Fact]
    public void A_device_that_is_gone_from_sysfs_is_not_told()
    {
        Assert.Empty(_health.After("0000:02:00.0", Reset(OperationKind.Release)));
        Assert.Empty(_health.After("mediated", Reset(OperationKind.Release)));
    }

    private static Operation Reset(OperationKind kind) => new(
        kind, new TaskId(8, 7, "qemu"), "qemu", 0, Device, true, 0, false, new Interval(1, 9), [],
        [new Reset(Device, ResetMethod.Bus, [], new Interval(2, 8), 0, [])]);
}
