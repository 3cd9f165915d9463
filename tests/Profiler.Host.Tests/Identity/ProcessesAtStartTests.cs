using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Pci;

namespace Profiler.Host.Tests.Identity;

/// <summary>Who has to do with devices when a capture begins, as procfs and sysfs show it at that moment.</summary>
public sealed class ProcessesAtStartTests : IDisposable
{
    private const string First = "0000:01:00.0", Second = "0000:02:00.0";

    private const string Closing =
        "[<0>] msleep+0x2d/0x40\n[<0>] vfio_pci_core_disable+0x2e/0x3b0 [vfio_pci_core]\n[<0>] vfio_device_fops_release+0x5e/0x90 [vfio]\n[<0>] __fput+0xee/0x2d0\n";

    private const string ClosingAnother = "[<0>] kvm_vm_release+0x1a/0x30 [kvm]\n[<0>] __fput+0xee/0x2d0\n[<0>] task_work_run+0x59/0x90\n";

    private readonly FakeProc _proc = new();
    private readonly FakeSysfs _sysfs = new();
    private readonly List<int> _found = [];
    private readonly List<Action> _pauses = []; // what happens in each

    public ProcessesAtStartTests() => _sysfs
        .Add(First, "vfio-pci", 14).Attributes(First, "8086", "10d3", "020000", "bus").Enable(First, 0)
        .Add(Second, "vfio-pci", 15).Attributes(Second, "8086", "10d3", "020000", "bus").Enable(Second, 0);

    public void Dispose()
    {
        _proc.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public void Who_has_a_device_open_is_followed_before_it_is_asked_which()
    {
        Holder(7, First);
        ProcessAtStart there = Assert.Single(Scan());
        Assert.Equal((7, false, false), (there.Tgid, there.Exiting, there.Busy));
        Assert.Equal([First], there.Devices!.Value.AsEnumerable());
        Assert.Equal([7], _found);
    }

    [Fact]
    public void A_device_opened_by_its_node_is_named_by_it()
    {
        _sysfs.VfioName(Second, "vfio1");
        _proc.Add(7, [], null, "/dev/vfio/devices/vfio1", "/dev/iommu").Comm(7, "qemu").Thread(7, 7, exiting: false);
        Assert.Equal([Second], Assert.Single(Scan()).Devices!.Value.AsEnumerable());
    }

    [Fact]
    public void A_dying_process_has_the_devices_that_are_in_use_and_that_nobody_has_open()
    {
        Holder(7, First);
        _sysfs.Enable(First).Enable(Second);
        Dying(8, Closing);
        IReadOnlyList<ProcessAtStart> there = Scan();
        Assert.Equal([(7, false), (8, true)], there.Select(p => (p.Tgid, p.Exiting)));
        Assert.Equal([Second], there[1].Devices!.Value.AsEnumerable());
        Assert.Equal([7, 8], _found);
    }

    [Fact]
    public void One_between_two_devices_is_known_by_what_is_missing()
    {
        Dying(8, ClosingAnother);
        Assert.Empty(Scan());
        _sysfs.Enable(Second);
        Assert.Equal([Second], Assert.Single(Scan()).Devices!.Value.AsEnumerable());
    }

    [Fact]
    public void Of_two_that_are_dying_it_cannot_be_told_who_has_what()
    {
        _sysfs.Enable(First).Enable(Second);
        Dying(8, Closing);
        Dying(9, Closing);
        Assert.Equal([(8, null), (9, null)], Scan().Select(p => (p.Tgid, p.Devices as ImmutableArray<string>?)));
    }

    [Fact]
    public void Who_dies_of_something_else_or_is_a_kernel_thread_is_none_of_ours()
    {
        _sysfs.Enable(First);
        Dying(8, "[<0>] exit_mmap+0x12/0x30\n");
        _proc.Add(9, []).Thread(9, 9, exiting: false, Closing);
        Assert.Empty(Scan());
    }

    /// <summary>It runs, so that its stack cannot be read, or is between two files.</summary>
    [Fact]
    public void A_dying_process_whose_stack_says_nothing_is_looked_at_again()
    {
        _sysfs.Enable(First);
        Dying(8, "");
        _pauses.AddRange([() => { }, () => Dying(8, "[<0>] eventfd_ctx_put+0x1a/0x30\n"), () => Dying(8, Closing)]);
        Assert.Equal([First], Assert.Single(Scan()).Devices!.Value.AsEnumerable());
        Assert.Equal([8], _found);
        Assert.Empty(_pauses);
    }

    [Fact]
    public void Nobody_is_waited_for_if_no_device_is_missing()
    {
        Holder(7, First);
        _sysfs.Enable(First);
        Dying(8, "");
        _pauses.Add(() => Dying(8, Closing));
        Assert.Equal([7], Scan().Select(p => p.Tgid));
        Assert.Single(_pauses);
    }

    [Fact]
    public void A_machine_that_is_dying_is_known_by_its_cgroup()
    {
        Dying(8, Closing, "0::/machine.slice/machine-qemu\\x2d3\\x2dweb.scope");
        var identities = new HostIdentities(new ProcFs(_proc.Root), new DeviceIdentities(_sysfs.Sysfs, new PciIds()));
        identities.Scan();
        Assert.Equal("web", identities.Facts.VmNames[8]);
    }

    [Fact]
    public void One_that_is_closing_a_device_and_lives_is_busy()
    {
        Holder(7, First);
        _proc.Thread(7, 9, exiting: false, Closing);
        Assert.Equal((false, true), Assert.Single(Scan()) switch { var p => (p.Exiting, p.Busy) });
    }

    [Fact]
    public void One_that_still_has_its_descriptors_while_all_its_threads_end_is_dying()
    {
        Holder(7, First);
        _proc.Thread(7, 9, exiting: true);
        Assert.False(Assert.Single(Scan()).Exiting);
        _proc.Thread(7, 7, exiting: true);
        Assert.True(Assert.Single(Scan()).Exiting);
    }

    [Fact]
    public void Where_the_first_thread_is_gone_the_others_have_the_files()
    {
        _proc.Add(7, []).Thread(7, 7, exiting: true).Thread(7, 9, exiting: false);
        Directory.CreateDirectory(Path.Combine(_proc.Root, "7/task/9/fd"));
        File.CreateSymbolicLink(Path.Combine(_proc.Root, "7/task/9/fd/0"), "/dev/vfio/14");
        Assert.False(Assert.Single(Scan()).Exiting);
    }

    private void Holder(int pid, string device) => _proc
        .Add(pid, [], null, "anon_inode:[vfio-device]", "/dev/vfio/14").Comm(pid, "qemu").Thread(pid, pid, exiting: false)
        .FdInfo(pid, 0, $"vfio-device-syspath: /sys/devices/pci0000:00/{device}");

    private void Dying(int pid, string stack, string? cgroup = null) =>
        _proc.Add(pid, [], cgroup).Comm(pid, "qemu").Thread(pid, pid, exiting: true).Thread(pid, pid + 100, exiting: true, stack);

    private IReadOnlyList<ProcessAtStart> Scan()
    {
        var identities = new HostIdentities(new ProcFs(_proc.Root), new DeviceIdentities(_sysfs.Sysfs, new PciIds()), Pause);
        _found.Clear();
        return [.. identities.Scan(_found.Add).OrderBy(p => p.Tgid)];
    }
    private void Pause()
    {
        if (_pauses.Count == 0)
            return;
        Action next = _pauses[0];
        _pauses.RemoveAt(0);
        next();
    }
}
