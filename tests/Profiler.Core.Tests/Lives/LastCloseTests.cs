using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>Whose shutdown it is when a device is closed last by a thread of the kernel, or by another process.</summary>
public sealed class LastCloseTests
{
    private const string Opened = """
        0.1 100/100 vmm open begin 0000:01:00.0
        0.2 100/100 vmm open end 9
        """;

    private const string Killed = """
        1.0 1/1 kill signal 9 to 100/100 vmm
        1.1 100/100 vmm exits 9
        1.2 100/100 vmm gone
        1.3 1/1 init reaped of 100/100 vmm
        """;

    [Theory]
    [InlineData("33/33 kworker/0:1", "kthread")]
    [InlineData("200/201 broker", "")]
    [InlineData("200/201 child", "exiting")]
    public void Right_after_its_death_it_is_a_part_of_it(string who, string flag)
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            {Killed}
            1.5 {who} release begin 0000:01:00.0 {flag}
            3.5 {who} release end
            """));
        Assert.Equal((100, "vmm", Trigger.SigKill), (shutdown.Task.Tgid, shutdown.Task.Comm, shutdown.Trigger));
        Assert.Equal((2_500_000_000, true), (shutdown.Time.DurationNs, shutdown.IsWhole));
        Assert.Empty(shutdown.Unreleased);
        Operation release = Assert.Single(shutdown.Releases);
        Assert.True(shutdown.IsByOther(release));
        Assert.Equal((flag == "kthread", 300_000_000L), (release.ByKernelThread, shutdown.AfterDeathNs(release)));
        Assert.Equal(2_000_000_000, shutdown.Phases[Phase.Release]);
    }

    [Theory]
    [InlineData("33/33 kworker/0:1", "kthread")]
    [InlineData("200/200 broker", "")]
    public void While_it_lives_it_closed_the_device(string who, string flag)
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            1.5 {who} release begin 0000:01:00.0 {flag}
            3.5 {who} release end
            9.0 100/100 vmm exits 0
            9.1 100/100 vmm gone
            9.2 1/1 init reaped of 100/100 vmm
            """));
        Assert.Equal((100, "vmm", Trigger.Close, 2_000_000_000), (shutdown.Task.Tgid, shutdown.Task.Comm, shutdown.Trigger, shutdown.Time.DurationNs));
        Assert.Null(shutdown.AfterDeathNs(shutdown.Releases[0]));
    }

    /// <summary>A descriptor may be passed to the process that uses the device, and inherited by one that is forked for it.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("""
        1.6 1/1 kill signal 9 to 100/100 vmm
        1.7 100/100 vmm exits 9
        1.8 100/100 vmm gone
        1.9 1/1 init reaped of 100/100 vmm
        """)]
    public void Who_exits_with_the_device_of_one_that_lives_has_a_shutdown_of_its_own(string meanwhile)
    {
        List<Shutdown> shutdowns = Play($"""
            {Opened}
            1.4 200/200 vmm2 exits 0
            1.5 200/200 vmm2 release begin 0000:01:00.0 exiting
            {meanwhile}
            4.5 200/200 vmm2 release end
            4.6 200/200 vmm2 gone
            4.7 1/1 init reaped of 200/200 vmm2
            """);
        Shutdown shutdown = Assert.Single(shutdowns, s => s.Releases.Length > 0);
        Assert.Equal((200, "vmm2", Trigger.Exit, 3_300_000_000), (shutdown.Task.Tgid, shutdown.Task.Comm, shutdown.Trigger, shutdown.Time.DurationNs));
        Assert.False(shutdown.IsByOther(Assert.Single(shutdown.Releases)));
        Assert.All(shutdowns, s => Assert.Empty(s.Unreleased));
    }

    [Fact]
    public void The_kernel_may_begin_while_it_exits_and_end_long_after_it_was_reaped()
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            1.0 100/100 vmm exits 0
            1.1 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            1.2 100/100 vmm gone
            1.3 1/1 init reaped of 100/100 vmm
            8.0 200/200 other open begin 0000:09:00.0
            8.1 200/200 other open end 9
            9.0 33/33 kworker/0:1 release end
            """));
        Assert.Equal((Trigger.Exit, 8_000_000_000), (shutdown.Trigger, shutdown.Time.DurationNs));
        Assert.Null(shutdown.AfterDeathNs(shutdown.Releases[0]));
    }

    [Fact]
    public void Later_than_a_second_after_its_death_it_is_a_close_of_its_own_by_who_was_dead()
    {
        List<Shutdown> shutdowns = Play($"""
            {Opened}
            0.3 100/100 vmm open begin 0000:02:00.0
            0.4 100/100 vmm open end 9
            {Killed}
            5.2 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            5.3 34/34 kworker/1:1 release begin 0000:02:00.0 kthread
            6.2 33/33 kworker/0:1 release end
            7.3 34/34 kworker/1:1 release end
            """);
        Assert.Equal([(Trigger.SigKill, 0), (Trigger.Close, 2)], shutdowns.Select(s => (s.Trigger, s.Releases.Length)));
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], shutdowns[0].Unreleased.AsEnumerable());
        Shutdown late = shutdowns[1];
        Assert.Equal((100, "vmm", 2_100_000_000), (late.Task.Tgid, late.Task.Comm, late.Time.DurationNs));
        Assert.Equal([4_000_000_000L, 4_100_000_000L], late.Releases.Select(r => late.AfterDeathNs(r)));
        Assert.Equal(2_100_000_000, late.Phases[Phase.Release]);
        Assert.True(late.Gone);
    }

    [Fact]
    public void A_process_that_closes_it_long_after_the_death_of_who_opened_it_has_a_shutdown_of_its_own() => Assert.Equal(
        [(100, Trigger.SigKill, 0), (200, Trigger.Exit, 1)],
        Play($"""
            {Opened}
            {Killed}
            5.1 200/200 child exits 0
            5.2 200/200 child release begin 0000:01:00.0 exiting
            6.2 200/200 child release end
            6.3 200/200 child gone
            6.4 1/1 init reaped of 200/200 child
            """).Select(s => (s.Task.Tgid, s.Trigger, s.Releases.Length)));

    [Fact]
    public void Who_has_its_number_now_has_nothing_to_do_with_it()
    {
        List<Shutdown> shutdowns = Play($"""
            {Opened}
            {Killed}
            1.4 100/100 other open begin 0000:02:00.0
            1.5 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            1.6 100/100 other open end 9
            3.0 100/100 other release begin 0000:02:00.0
            3.5 33/33 kworker/0:1 release end
            4.0 100/100 other release end
            9.0 33/33 kworker/0:1 release begin 0000:0f:00.0 kthread
            9.1 33/33 kworker/0:1 release end
            """);
        Assert.Equal(
            [("vmm", Trigger.SigKill, "0000:01:00.0"), ("other", Trigger.Close, "0000:02:00.0"), ("kworker/0:1", Trigger.Close, "0000:0f:00.0")],
            shutdowns.OrderBy(s => s.Time.StartNs).Select(s => (s.Task.Comm, s.Trigger, Assert.Single(s.Releases).Device)));
        Assert.False(shutdowns.Single(s => s.Task.Comm == "other").IsByOther(shutdowns.Single(s => s.Task.Comm == "other").Releases[0]));
    }

    [Fact]
    public void Even_if_that_one_closes_it()
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            {Killed}
            1.5 100/100 other release begin 0000:01:00.0
            3.5 100/100 other release end
            """));
        Assert.Equal(("vmm", Trigger.SigKill), (shutdown.Task.Comm, shutdown.Trigger));
        Assert.True(shutdown.IsByOther(Assert.Single(shutdown.Releases)));
    }

    [Fact]
    public void Of_several_devices_each_is_whose_it_is()
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            0.3 100/100 vmm open begin 0000:02:00.0
            0.4 100/100 vmm open end 9
            1.0 100/100 vmm exits 0
            1.1 100/100 vmm release begin 0000:02:00.0 exiting
            2.1 100/100 vmm release end
            2.2 100/100 vmm gone
            2.3 1/1 init reaped of 100/100 vmm
            2.4 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            3.4 33/33 kworker/0:1 release end
            """));
        Assert.Equal([false, true], shutdown.Releases.Select(shutdown.IsByOther));
        Assert.Equal(2_400_000_000, shutdown.Time.DurationNs);
        Assert.Equal(shutdown.Time.DurationNs, Enum.GetValues<Phase>().Sum(p => shutdown.Phases[p]));
    }

    /// <summary>The kernel closes the group after the device: then the memory is unmapped.</summary>
    [Theory]
    [InlineData(Killed)]
    [InlineData("")]
    public void What_the_kernel_unmaps_during_or_after_it_belongs_to_it(string killed)
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            {killed}
            1.5 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            1.6 33/33 kworker/0:1 teardown begin iommu kthread
            1.7 33/33 kworker/0:1 teardown end iommu kthread
            2.5 33/33 kworker/0:1 release end
            2.6 34/34 kworker/0:2 teardown begin iommu kthread
            5.6 34/34 kworker/0:2 teardown end iommu kthread
            5.7 34/34 kworker/0:2 teardown begin iommu kthread
            5.8 34/34 kworker/0:2 teardown end iommu kthread
            9.0 200/200 other open begin 0000:09:00.0
            9.1 200/200 other open end 9
            """));
        Assert.Equal((5.8, 3_200_000_000), (shutdown.Time.EndNs / 1e9, shutdown.Phases[Phase.Iommu]));
    }

    [Fact]
    public void What_it_unmaps_after_the_releases_for_two_processes_is_not_said_to_be_of_one() => Assert.All(
        Play("""
            0.1 100/100 a open begin 0000:01:00.0
            0.2 100/100 a open end 9
            0.3 200/200 b open begin 0000:02:00.0
            0.4 200/200 b open end 9
            1.0 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            1.5 33/33 kworker/0:1 release end
            1.6 33/33 kworker/0:1 release begin 0000:02:00.0 kthread
            2.0 33/33 kworker/0:1 release end
            2.1 33/33 kworker/0:1 teardown begin iommu kthread
            2.2 33/33 kworker/0:1 teardown end iommu kthread
            """),
        s => Assert.Equal(0, s.Phases[Phase.Iommu]));

    [Fact]
    public void A_device_that_was_open_before_the_capture_is_that_of_who_had_it()
    {
        Shutdown shutdown = Assert.Single(Played.Shutdowns(
            "1.0 33/33 kworker/0:1 release begin 0000:01:00.0 kthread\n2.0 33/33 kworker/0:1 release end", present:
            [new ProcessAtStart(100, "vmm", ["0000:01:00.0"], Exiting: false)]));
        Assert.Equal((100, "vmm"), (shutdown.Task.Tgid, shutdown.Task.Comm));
    }

    [Fact]
    public void Who_had_unknown_devices_before_the_capture_closes_its_own() => Assert.Equal([200], Played.Shutdowns(
        "1.0 200/200 b release begin 0000:01:00.0 exiting\n2.0 200/200 b release end", present:
        [new ProcessAtStart(100, "a", ["0000:01:00.0"], Exiting: false), new ProcessAtStart(200, "b", null, Exiting: true)])
        .Select(s => s.Task.Tgid));

    [Fact]
    public void A_release_that_is_not_over_when_the_capture_ends_is_told_as_that()
    {
        Shutdown shutdown = Assert.Single(Played.Shutdowns($"""
            {Opened}
            {Killed}
            1.5 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            1.6 33/33 kworker/0:1 reset begin function 0000:01:00.0
            """));
        Assert.Equal((100, true, 600_000_000), (shutdown.Task.Tgid, shutdown.Unfinished, shutdown.Time.DurationNs));
        Assert.Empty(shutdown.Unreleased);
        Assert.Equal("kworker/0:1", Assert.Single(shutdown.UnderWay).Task.Comm);
    }

    [Fact]
    public void Nobody_is_told_how_long_a_stop_takes_by_what_the_kernel_does_afterwards()
    {
        Shutdown shutdown = Assert.Single(Play($"""
            {Opened}
            {Killed}
            1.5 33/33 kworker/0:1 release begin 0000:01:00.0 kthread
            3.5 33/33 kworker/0:1 release end
            """));
        Assert.Null(Core.Findings.ShutdownCost.Of(shutdown));
    }

    /// <summary>However devices are closed, by whom, and when: each release is of one shutdown, the clock's ticks make no difference.</summary>
    [Fact]
    public void Each_release_is_of_one_shutdown_of_who_opened_the_device() => Prop.ForAll(
        (from owner in Gen.Choose(1, 3)
         from closer in Gen.Choose(0, 4)
         from atMs in Gen.Choose(0, 6000)
         from tookMs in Gen.Frequency((3, Gen.Choose(1, 400)), (1, Gen.Choose(400, 4000)))
         select new Close(owner, closer, atMs, tookMs)).ArrayOf().ToArbitrary(),
        Gen.Choose(0, 6000).ToArbitrary(),
        (closes, diesMs) =>
        {
            string events = Events(closes, diesMs);
            List<Shutdown> shutdowns = Played.Shutdowns(events);
            Assert.Equal(closes.Select((_, i) => $"d{i}").Order(), shutdowns.SelectMany(s => s.Releases).Select(r => r.Device).Order());
            foreach (Shutdown s in shutdowns)
            {
                Assert.Equal(s.Time.DurationNs, Enum.GetValues<Phase>().Sum(p => s.Phases[p]));
                Assert.All(s.Releases, r => Assert.InRange(r.Time.EndNs, s.Time.StartNs, s.Time.EndNs));
                // Only a process that closes a device of one that is long dead has a shutdown for it.
                Assert.All(s.Releases, r => Assert.True(
                    s.Task.Tgid == 100 * closes[int.Parse(r.Device[1..], null)].Owner || (!r.ByKernelThread && s.Task.Tgid == r.Task.Tgid)));
            }
            Assert.Equal(Told(shutdowns), Told(Played.Live(events, TimeSpan.FromMilliseconds(300))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private sealed record Close(int Owner, int Closer, int AtMs, int TookMs);

    // Each device is opened by its owner, and closed by a thread of its own of whoever closes it: its owner while it lives, else another.
    private static string Events(Close[] closes, int diesMs)
    {
        var events = new List<(double At, string Text)>();
        foreach (int owner in closes.Select(c => c.Owner).Distinct())
        {
            double dies = 20_000 + diesMs * owner / 2;
            events.Add((dies, $"{100 * owner}/{100 * owner} vmm exits 0"));
            events.Add((dies + 5000, $"{100 * owner}/{100 * owner} vmm gone"));
            events.Add((dies + 5001, $"1/1 init reaped of {100 * owner}/{100 * owner} vmm"));
        }
        for (int i = 0; i < closes.Length; i++)
        {
            Close c = closes[i];
            int pid = 100 * c.Owner;
            double dies = 20_000 + diesMs * c.Owner / 2, at = c.Closer == 0 ? dies + c.AtMs / 10 : dies + 2 * c.AtMs;
            (string who, string flag) = c.Closer switch
            {
                0 => ($"{pid}/{10_000 + i} vmm", "exiting"),
                1 or 2 => ($"{20_000 + i}/{20_000 + i} kworker/0:1", "kthread"),
                _ => ($"900/{30_000 + i} broker", ""),
            };
            events.Add((1000 + i, $"{pid}/{10_000 + i} vmm open begin d{i}"));
            events.Add((1000.5 + i, $"{pid}/{10_000 + i} vmm open end 9"));
            events.Add((at, $"{who} release begin d{i} {flag}"));
            events.Add((at + c.TookMs, $"{who} release end"));
        }
        return string.Join('\n', events.OrderBy(e => e.At).Select(e => FormattableString.Invariant($"{e.At / 1000:0.0000} {e.Text}")));
    }

    // By the events at once, and with the clock's ticks between them: the same.
    private static List<Shutdown> Play(string events)
    {
        List<Shutdown> shutdowns = Played.Shutdowns(events);
        Assert.Equal(Told(shutdowns), Told(Played.Live(events, TimeSpan.FromMilliseconds(300))));
        return shutdowns;
    }

    private static IEnumerable<string> Told(IEnumerable<Shutdown> shutdowns) => shutdowns
        .Where(s => s.IsWhole)
        .Select(s => $"{s.Task.Tgid} {s.Task.Comm} {s.Trigger} {s.Releases.Length} {s.Unreleased.Length} {s.Time}")
        .Order(StringComparer.Ordinal);
}
