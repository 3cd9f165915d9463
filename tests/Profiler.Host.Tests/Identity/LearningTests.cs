using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Pci;
using Profiler.Tests.Support;

namespace Profiler.Host.Tests.Identity;

/// <summary>Looking up who is who may fail, or be too slow: nobody else loses his name by it, and it is told.</summary>
public sealed class LearningTests : IDisposable
{
    private readonly FakeProc _proc = new();
    private readonly FakeSysfs _sysfs = new();
    private readonly HostIdentities _identities;

    public LearningTests() => _identities = new HostIdentities(new ProcFs(_proc.Root), new DeviceIdentities(_sysfs.Sysfs, new PciIds()));

    public void Dispose()
    {
        _proc.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public async Task One_that_fails_is_counted_and_those_after_it_are_learned()
    {
        foreach (int pid in (int[])[7, 8, 9])
            _proc.Add(pid, ["qemu-system-x86_64", "-name", $"vm-{pid}"]);
        _identities.Facts.Learned += fact =>
        {
            if (fact is ProcessIdentity { Tgid: 8 })
                throw new InvalidOperationException("no such\nthing");
        };
        using Profile profile = await Played(Opens([7, 8, 9]));
        Assert.Equal("vm-9", _identities.Facts.VmNames[9]);
        Assert.Equal([new Problem(ProblemKinds.NamesFailed.Id, 1, "no such?thing")], profile.Problems.AsEnumerable());
    }

    [Fact]
    public async Task Those_that_come_too_fast_are_counted()
    {
        const int many = 300;
        using var slow = new ManualResetEventSlim();
        _proc.Add(1, ["qemu-system-x86_64", "-name", "first"]);
        _identities.Facts.Learned += _ => slow.Wait();
        var source = new FakeSource(Opens(Enumerable.Range(1, many)), _identities);
        using var profile = new Profile(source, TimeProvider.System);
        profile.Start();
        await profile.Completion;
        slow.Set();
        await profile.Stop();
        Problem dropped = Assert.Single(profile.Problems);
        Assert.Equal(ProblemKinds.NamesDropped.Id, dropped.Id);
        // Those that wait, and the one that is being looked up, if it was by then.
        Assert.InRange(dropped.Count!.Value, many - LookUps.MaxWaiting - 1, many - LookUps.MaxWaiting);
    }

    /// <summary>Naming a stack reads all symbols of the kernel; a process may be over by then.</summary>
    [Fact]
    public async Task A_process_is_learned_while_a_stack_is_looked_up()
    {
        using var named = new ManualResetEventSlim();
        _proc.Add(8, ["qemu-system-x86_64", "-name", "second"]);
        _identities.Facts.Learned += fact =>
        {
            if (fact is ProcessIdentity { Tgid: 8 })
                named.Set();
        };
        bool inTime = false;
        var source = new FakeSource(
            "1.0 7/7 qemu open begin mediated\n1.1 7/7 qemu open end stack 5\n1.2 8/8 qemu open begin mediated\n1.3 8/8 qemu open end",
            _identities,
            _ =>
            {
                inTime = named.Wait(TimeSpan.FromSeconds(30));
                return [];
            });
        using var profile = new Profile(source, TimeProvider.System);
        profile.Start();
        await profile.Completion;
        await profile.Stop();
        Assert.True(inTime);
    }

    /// <summary>A look at a device that is being reset waits until that is over.</summary>
    [Fact]
    public async Task A_process_is_learned_while_a_device_is_looked_at()
    {
        using var named = new ManualResetEventSlim();
        _proc.Add(8, ["qemu-system-x86_64", "-name", "second"]);
        _sysfs.Add("0000:01:00.0", "vfio-pci", 14).Attributes("0000:01:00.0", "8086", "10d3", "020000", "bus")
            .Power("0000:01:00.0", "active", "D0").Config("0000:01:00.0", silent: false);
        _identities.Facts.Learned += fact =>
        {
            if (fact is ProcessIdentity { Tgid: 8 })
                named.Set();
        };
        bool inTime = false;
        var health = new DeviceHealth(_sysfs.Sysfs, () => inTime = named.Wait(TimeSpan.FromSeconds(30)));
        health.Begin("0000:01:00.0");
        _sysfs.Config("0000:01:00.0", silent: true);
        var source = new FakeSource(
            "1.0 7/7 qemu release begin 0000:01:00.0\n1.1 7/7 qemu reset begin flr 0000:01:00.0\n1.2 7/7 qemu reset end flr\n1.3 7/7 qemu release end\n" +
            "1.4 8/8 qemu open begin mediated mediated\n1.5 8/8 qemu open end",
            _identities, health: health);
        using var profile = new Profile(source, TimeProvider.System);
        profile.Start();
        await profile.Completion;
        await profile.Stop();
        Assert.True(inTime);
        Assert.Equal("0000:01:00.0", Assert.Single(_identities.Facts.Damages).Bdf);
    }

    [Fact]
    public async Task What_there_was_at_the_start_is_known_to_the_shutdowns_of_a_replay_as_well()
    {
        var present = new ProcessAtStart(7, "qemu", ["0000:01:00.0"], Exiting: false);
        byte[] recording = (new StagedCapture("1.0 1/1 kill signal 9 to 7/7 qemu\n2.0 7/7 qemu exits\n3.0 7/7 qemu gone") { OtherFacts = [present] }).Recording();
        using var profile = new Profile(new ReplaySource(new MemoryStream(recording), 1e6, TimeProvider.System), TimeProvider.System);
        profile.Start();
        await profile.Completion;
        Assert.Equal(present.Devices!.Value.AsEnumerable(), Assert.Single(profile.State().Snapshot.Recent).Unreleased.AsEnumerable());
    }

    private async Task<Profile> Played(string events)
    {
        var profile = new Profile(new FakeSource(events, _identities), TimeProvider.System);
        profile.Start();
        await profile.Completion;
        await profile.Stop();
        return profile;
    }

    private static string Opens(IEnumerable<int> pids) => string.Join('\n', pids.Select(pid =>
        $"{pid}.0 {pid}/{pid} qemu open begin mediated-{pid} mediated\n{pid}.1 {pid}/{pid} qemu open end"));
}
