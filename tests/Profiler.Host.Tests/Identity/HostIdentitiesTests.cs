using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Pci;

namespace Profiler.Host.Tests.Identity;

/// <summary>What is learned of whom, and that it is told once.</summary>
public sealed class HostIdentitiesTests : IDisposable
{
    private readonly FakeProc _proc = new();
    private readonly FakeSysfs _sysfs = new();
    private readonly HostIdentities _identities;
    private readonly List<Fact> _told = [];

    public HostIdentitiesTests()
    {
        _identities = new HostIdentities(
            new ProcFs(_proc.Root), new DeviceIdentities(_sysfs.Sysfs, new PciIds()));
        _identities.Facts.Learned += _told.Add;
    }

    public void Dispose()
    {
        _proc.Dispose();
        _sysfs.Dispose();
    }

    [Theory]
    [InlineData("/dev/vfio/12", true)]
    [InlineData("/dev/vfio/devices/vfio0", true)]
    [InlineData("anon_inode:[vfio-device]", true)]
    [InlineData("/dev/kvm", false)]
    public void A_scan_finds_the_processes_that_have_a_device_open(string file, bool found)
    {
        _proc.Add(7, ["qemu-system-x86_64", "-name", "web"], null, "/dev/null", file);
        Assert.Equal(found ? [7] : [], _identities.Scan().Select(p => p.Tgid));
        Assert.Equal(found, _identities.Facts.VmNames.ContainsKey(7));
    }

    [Fact]
    public void What_was_learned_is_told_once_and_outlives_the_process()
    {
        _proc.Add(7, ["qemu-system-x86_64", "-name", "web"]).Add(8, ["bash"]);
        _identities.Learn(Signal(7));
        _identities.Learn(Signal(8));
        Directory.Delete(Path.Combine(_proc.Root, "7"), recursive: true);
        _identities.Learn(Signal(7));
        Assert.Equal([new ProcessIdentity(7, "web")], _told);
        Assert.Equal("web", _identities.Facts.VmNames[7]);
    }

    [Fact]
    public void A_number_that_comes_again_is_somebody_else_who_opens_a_device()
    {
        _proc.Add(7, ["qemu-system-x86_64", "-name", "web"]);
        _identities.Learn(Open(7));
        _proc.Remove(7);
        _proc.Add(7, ["qemu-system-x86_64", "-name", "mail"]).Began(7, 1000);
        _identities.Learn(Open(7));
        Assert.Equal("mail", _identities.Facts.VmNames[7]);
        _proc.Remove(7);
        _proc.Add(7, ["dpdk"]).Began(7, 2000);
        _identities.Learn(Open(7));
        Assert.Empty(_identities.Facts.VmNames);
    }

    [Fact]
    public void However_many_come_and_go_a_bounded_number_is_remembered_and_all_that_live()
    {
        const int many = 4 * HostIdentities.MaxEnded, lives = 10;
        for (int pid = 1; pid <= many; pid++)
        {
            _proc.Add(pid, ["qemu-system-x86_64", "-name", $"web-{pid}"]);
            _identities.Learn(Signal(pid));
            if (pid > lives)
                _proc.Remove(pid);
        }
        IReadOnlyDictionary<int, string> names = _identities.Facts.VmNames;
        Assert.InRange(names.Count, HostIdentities.MaxEnded, 2 * HostIdentities.MaxEnded + lives);
        Assert.All(Enumerable.Range(1, lives).Append(many), pid => Assert.Equal($"web-{pid}", names[pid]));
    }

    [Fact]
    public void However_many_devices_are_left_behind_a_bounded_number_is_remembered()
    {
        const int many = 2 * HostIdentities.MaxEnded;
        for (int i = 1; i <= many; i++)
            _identities.Learn(LeftBehind($"mediated-{i}"));
        Assert.Equal(HostIdentities.MaxEnded, _identities.Facts.StillHeld.Count);
        Assert.Contains($"mediated-{many}", _identities.Facts.StillHeld);
    }

    [Fact]
    public void A_device_that_appears_is_looked_up()
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "8086", "10d3", "020000", "bus");
        _identities.Learn(Release("0000:01:00.0"));
        _identities.Learn(Release("0000:01:00.0"));
        Assert.Equal("0000:01:00.0", Assert.IsType<DeviceIdentity>(Assert.Single(_told)).Bdf);
    }

    [Fact]
    public void A_kernel_stack_that_appears_is_put_into_words()
    {
        var stacks = new StackNames(_identities.Facts, key => key == 5 ? [0x10, 0x20] : []);
        stacks.Learn(Release("mediated") with { IsPci = false, Stack = 5 });
        stacks.Learn(Release("mediated") with { IsPci = false, Stack = 5 });
        var stack = Assert.IsType<KernelStack>(Assert.Single(_told));
        Assert.Equal((5, 2), (stack.Key, stack.Frames.Length));
        Assert.All(stack.Frames, frame => Assert.NotEmpty(frame));
    }

    [Fact]
    public void Who_has_a_device_that_was_left_behind_is_looked_for()
    {
        _proc.Add(20, ["sleep"], null, "/dev/null", "anon_inode:[vfio-device]", "/dev/vfio/14").Comm(20, "sleep\e[1m")
            .Add(21, ["other"], null, "anon_inode:[vfio-device]", "/dev/vfio/15").Comm(21, "other")
            .Add(22, ["exact"], null, "anon_inode:[vfio-device]").Comm(22, "exact")
            .FdInfo(22, 0, "vfio-device-syspath: /sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0")
            .Add(23, ["not it"], null, "anon_inode:[vfio-device]", "/dev/vfio/14").Comm(23, "not it")
            .FdInfo(23, 0, "vfio-device-syspath: /sys/devices/pci0000:00/0000:00:01.0/0000:01:00.1");
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "8086", "10d3", "020000", "bus");
        _identities.Scan();
        _identities.Learn(LeftBehind("0000:01:00.0"));
        DeviceStillHeld held = _identities.Facts.StillHeld["0000:01:00.0"];
        Assert.Equal(
            [new DeviceHolder(20, "sleep?[1m", false), new DeviceHolder(22, "exact", true)], held.Holders.OrderBy(h => h.Pid));
    }

    [Fact]
    public void What_a_process_has_open_is_told_by_the_kernel_or_by_its_groups()
    {
        _proc.Add(20, ["says"], null, "anon_inode:[vfio-device]", "/dev/vfio/14").Comm(20, "says")
            .FdInfo(20, 0, "vfio-device-syspath: /sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0")
            .Add(21, ["all of the group"], null, "anon_inode:[vfio-device]", "/dev/vfio/14", "anon_inode:[vfio-device]").Comm(21, "all")
            .Add(22, ["one of the group"], null, "anon_inode:[vfio-device]", "/dev/vfio/14").Comm(22, "one")
            .Add(23, ["none"], null, "/dev/vfio/14").Comm(23, "none");
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "8086", "10d3", "020000", "bus")
            .Add("0000:01:00.1", "vfio-pci", 14).Attributes("0000:01:00.1", "8086", "10d3", "020000", "bus");
        Dictionary<int, ProcessAtStart> there = _identities.Scan().ToDictionary(p => p.Tgid);
        Assert.Equal("0000:01:00.0", Assert.Single(there[20].Devices!.Value));
        Assert.Equal("says", there[20].Comm);
        Assert.Equal(["0000:01:00.0", "0000:01:00.1"], there[21].Devices!.Value.Order());
        Assert.Null(there[22].Devices);
        Assert.Empty(there[23].Devices!.Value);
        Assert.Equal(there.Keys.Order(), _identities.Facts.AtStart.Keys.Order());
    }

    [Fact]
    public void Another_card_in_the_same_place_is_seen_when_it_is_opened()
    {
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "8086", "10d3", "020000", "bus");
        Operation open = Open(7) with { Device = "0000:01:00.0", IsPci = true };
        _identities.Learn(open);
        _identities.Learn(open);
        _sysfs.Attributes("0000:01:00.0", "10de", "2330", "030200", "flr bus");
        _identities.Learn(Release("0000:01:00.0"));
        _identities.Learn(open);
        _identities.Learn(open);
        _sysfs.Attributes("0000:01:00.0", "10de", "2330", "030200", "bus");
        _identities.Learn(open);
        Assert.Equal(
            [("10d3", "bus"), ("2330", "flr bus"), ("2330", "bus")],
            _told.Cast<DeviceIdentity>().Select(d => (d.DeviceId, string.Join(' ', d.ResetMethods!))));
    }

    private static SignalDelivered Signal(int pid) => new(new TaskId(1, 1, "kill"), new TaskId(pid, pid, "qemu"), 15, 0);

    private static Operation Open(int pid) => Release("mediated") with
    {
        Kind = OperationKind.Open,
        Task = new TaskId(pid, pid, "qemu"),
        IsPci = false,
    };

    private static Shutdown LeftBehind(string device) => new(new TaskId(7, 7, "qemu"), Trigger.SigKill, [], new Interval(0, 1), [])
    {
        DeadNs = 1,
        Unreleased = [device],
    };

    private static Operation Release(string device) => new(
        OperationKind.Release, new TaskId(7, 7, "qemu"), "qemu", 0, device, true, 0, true, new Interval(0, 1), [], []);
}
