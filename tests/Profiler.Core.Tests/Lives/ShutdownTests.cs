using System.Reactive.Subjects;
using Profiler.Core.Lives;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>Which releases belong to one shutdown, when it began and ended, and why.</summary>
public sealed class ShutdownTests
{
    private const string Release = """
        1.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
        2.0 100/100 qemu release end
        """;

    [Theory]
    [InlineData(15, Trigger.SigTerm)]
    [InlineData(9, Trigger.SigKill)]
    [InlineData(2, Trigger.SigInt)]
    public void The_first_signal_starts_it_and_is_its_trigger(int signal, Trigger trigger)
    {
        Shutdown shutdown = Single($"0.5 1/1 kill signal {signal} to 100/100 qemu\n0.7 1/1 kill signal 9 to 100/100 qemu\n{Release}\n2.5 100/100 qemu gone");
        Assert.Equal((trigger, 2_000_000_000, 2), (shutdown.Trigger, shutdown.Time.DurationNs, shutdown.Signals.Length));
    }

    [Fact]
    public void Of_very_many_signals_the_first_and_the_newest_are_told()
    {
        string impatient = string.Concat(Enumerable.Range(0, 200).Select(i => $"0.{500 + i} 1/1 kill signal 15 to 100/100 qemu\n"));
        Shutdown shutdown = Single($"{impatient}0.8 1/1 kill signal 9 to 100/100 qemu\n{Release}\n2.5 100/100 qemu gone");
        Assert.Equal((Trigger.SigTerm, 500_000_000), (shutdown.Trigger, shutdown.Time.StartNs));
        Assert.Equal(9, shutdown.Signals[^1].Number);
    }

    [Fact]
    public void A_signal_for_another_process_is_none_of_its_business() =>
        Assert.Equal(Trigger.Exit, Single($"0.5 1/1 kill signal 15 to 101/101 qemu\n{Release}\n2.5 100/100 qemu gone").Trigger);

    [Fact]
    public void A_signal_of_long_ago_is_not_the_cause() => Assert.Equal(Trigger.Exit, Single("""
        0.5 1/1 kill signal 15 to 100/100 qemu
        1000 100/100 qemu release begin 0000:01:00.0 exiting
        1001 100/100 qemu release end
        1002 100/100 qemu gone
        """).Trigger);

    [Fact]
    public void A_signal_that_comes_during_the_releases_is_told_but_is_not_the_cause()
    {
        Shutdown shutdown = Single("""
            1.0 100/100 qemu release begin 0000:01:00.0 exiting
            1.5 1/1 kill signal 9 to 100/100 qemu
            2.0 100/100 qemu release end
            2.1 100/100 qemu gone
            """);
        Assert.Equal((Trigger.Exit, 9), (shutdown.Trigger, Assert.Single(shutdown.Signals).Number));
    }

    [Fact]
    public void Closing_without_exiting_ends_with_the_last_release()
    {
        Shutdown shutdown = Single("1.0 100/100 a release begin 0000:01:00.0\n2.0 100/100 a release end\n9.0 100/100 a gone");
        Assert.Equal(Trigger.Close, shutdown.Trigger);
        Assert.Equal(1_000_000_000, shutdown.Time.DurationNs);
    }

    [Fact]
    public void Without_the_signal_probe_the_reason_of_an_exit_is_unknown() =>
        Assert.Equal(Trigger.Unknown, Assert.Single(Run(Release + "\n2.5 1/1 init reaped of 100/100 qemu", new EndsWatched(Signals: false, Reaping: true))).Trigger);

    [Fact]
    public void Opening_a_device_again_begins_a_new_life() => Assert.Equal(2, Run("""
        1.0 100/100 a release begin 0000:01:00.0
        2.0 100/100 a release end
        3.0 100/100 a open begin 0000:01:00.0
        3.1 100/100 a open end
        4.0 100/100 a release begin 0000:01:00.0
        5.0 100/100 a release end
        """).Count);

    [Fact]
    public void A_second_of_quiet_separates_two_unplugs() => Assert.Equal([1.0, 0.5], Run("""
        1.0 100/100 a release begin 0000:01:00.0
        2.0 100/100 a release end
        3.1 100/100 a release begin 0000:02:00.0
        3.6 100/100 a release end
        """).Select(s => s.Time.DurationNs / 1e9));

    [Fact]
    public void A_second_of_quiet_ends_it_live_as_well()
    {
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, EndsWatched.All);
        var done = new List<Shutdown>();
        pipeline.Shutdowns.Subscribe(done.Add);
        pipeline.Connect();
        records.OnNext(EventText.Records("1.0 100/100 a release begin 0000:01:00.0\n2.0 100/100 a release end"));
        pipeline.Tick(2_900_000_000);
        Assert.Empty(done);
        pipeline.Tick(3_100_000_000);
        Assert.Single(done);
    }

    [Fact]
    public void Two_processes_are_two_shutdowns_even_side_by_side() => Assert.Equal([100, 200], Run("""
        1.0 100/100 a release begin 0000:01:00.0
        1.1 200/200 b release begin 0000:02:00.0
        2.0 100/100 a release end
        2.1 200/200 b release end
        """).Select(s => s.Task.Tgid).Order());

    [Fact]
    public void Devices_that_share_a_lock_stay_serial_in_the_estimate_others_do_not()
    {
        Shutdown shutdown = Single("""
            1.0 100/100 a release begin 0000:01:00.0 lock a
            2.0 100/100 a release end
            2.0 100/100 a release begin 0000:01:00.1 lock a
            3.5 100/100 a release end
            3.5 100/100 a release begin 0000:02:00.0 lock b
            5.5 100/100 a release end
            """);
        Assert.Equal(2_500_000_000, shutdown.IfParallelNs);
        Assert.Equal(1, shutdown.PeakConcurrency);
    }

    [Fact]
    public void A_lock_held_across_a_reset_makes_a_chain_one_held_for_a_moment_does_not()
    {
        const string Convoy = """
            1.0 100/101 a release begin 0000:01:00.0 lock a1
            1.0 100/102 a release begin 0000:02:00.0 lock a2
            1.0 100/102 a wait begin lock ff holder 100/101 a
            1.1 100/101 a reset begin function 0000:01:00.0
            1.9 100/101 a reset end function 0
            2.0 100/102 a wait end lock ff
            2.0 100/101 a release end
            3.0 100/102 a release end
            """;
        Assert.Equal(2_000_000_000, Single(Convoy).IfParallelNs);
        Assert.Equal(1_000_000_000, Single(string.Join('\n', Convoy.Split('\n').Where(l => !l.Contains("reset", StringComparison.Ordinal)))).IfParallelNs);
    }

    [Fact]
    public void It_ends_when_the_process_is_reaped_and_with_its_death_where_that_cannot_be_seen()
    {
        const string Reaped = Release + "\n2.5 100/100 qemu gone\n2.7 1/1 init reaped of 100/100 qemu";
        Assert.Equal(1_700_000_000, Single(Reaped).Time.DurationNs);
        Assert.Equal(1_500_000_000, Assert.Single(Run(Reaped, new EndsWatched(Signals: true, Reaping: false))).Time.DurationNs);
    }

    [Fact]
    public void An_exit_without_a_signal_begins_with_the_exit() => Assert.Equal(2_000_000_000, Single(
        "0.5 100/100 qemu exits\n" + Release + "\n2.5 1/1 init reaped of 100/100 qemu").Time.DurationNs);

    [Fact]
    public void What_follows_from_the_last_close_belongs_to_it() => Assert.Equal(3_500_000_000, Single("""
        1.0 100/100 a release begin 0000:01:00.0
        2.0 100/100 a release end
        2.5 100/100 a teardown begin iommu
        4.5 100/100 a teardown end iommu
        """).Time.DurationNs);

    [Fact]
    public void A_device_that_outlives_the_process_that_opened_it_is_told()
    {
        const string Opens = """
            1.0 100/100 qemu open begin 0000:01:00.0
            1.1 100/100 qemu open end 9
            1.1 100/100 qemu open begin 0000:02:00.0
            1.2 100/100 qemu open end 10
            5.0 1/1 kill signal 9 to 100/100 qemu
            5.1 100/100 qemu exits
            5.2 100/100 qemu release begin 0000:01:00.0 exiting
            5.3 100/100 qemu release end
            """;
        const string End = "\n6.0 1/1 init reaped of 100/100 qemu";
        Assert.Equal("0000:02:00.0", Assert.Single(Single(Opens + End).Unreleased));
        const string Release2 = "\n5.4 100/100 qemu release begin 0000:02:00.0 exiting\n5.5 100/100 qemu release end";
        Assert.Empty(Single(Opens + Release2 + End).Unreleased);
    }

    [Fact]
    public void None_of_its_devices_released_is_a_shutdown_as_well()
    {
        Shutdown shutdown = Single("""
            1.0 100/100 qemu open begin 0000:01:00.0
            1.1 100/100 qemu open end 9
            5.0 1/1 kill signal 9 to 100/100 qemu
            5.1 100/100 qemu exits
            6.0 1/1 init reaped of 100/100 qemu
            """);
        Assert.Equal((Trigger.SigKill, 1_000_000_000, 0), (shutdown.Trigger, shutdown.Time.DurationNs, shutdown.Releases.Length));
        Assert.Equal("0000:01:00.0", Assert.Single(shutdown.Unreleased));
        Assert.Equal((0, 0), (shutdown.IfParallelNs, shutdown.PeakConcurrency));
    }

    [Fact]
    public void However_many_processes_have_devices_none_of_them_is_forgotten()
    {
        const int Processes = 5000;
        var events = string.Concat(Enumerable.Range(1, Processes).Select(pid => $"1.0 {pid}/{pid} qemu open begin dev-{pid}\n1.1 {pid}/{pid} qemu open end 9\n"));
        string end = "2.0 1/1 qemu exits\n3.0 1/1 init reaped of 1/1 qemu";
        Assert.Equal("dev-1", Assert.Single(Single(events + end).Unreleased));
    }

    [Fact]
    public void An_open_that_failed_leaves_nothing_to_release() => Assert.Empty(Run("""
        1.0 100/100 qemu open begin 0000:01:00.0
        1.1 100/100 qemu open end -16
        5.1 100/100 qemu exits
        6.0 1/1 init reaped of 100/100 qemu
        """));

    /// <summary>The first signal was followed by a close, and might have been its cause; the open shows that it was not.</summary>
    [Fact]
    public void An_open_beside_something_else_ends_the_closes_before_it_as_well()
    {
        List<Shutdown> all = Run("""
            3.0 100/101 vmm open begin 0000:01:00.0
            3.1 100/101 vmm open end 9
            24.0 1/1 kill signal 15 to 100/100 vmm
            29.4 100/102 vmm release begin 0000:01:00.0
            29.5 100/102 vmm release end
            32.0 1/1 kill signal 15 to 100/100 vmm
            33.1 100/101 vmm open begin 0000:02:00.0
            33.2 100/103 vmm teardown begin kvm
            33.5 100/101 vmm open end 9
            36.2 100/103 vmm teardown end kvm
            """);
        Assert.Equal([(Trigger.Close, false), (Trigger.SigTerm, true)], all.Select(s => (s.Trigger, s.Unfinished)));
    }

    private static Shutdown Single(string events) => Assert.Single(Run(events));

    private static List<Shutdown> Run(string events, EndsWatched? watched = null) => Played.Shutdowns(events, watched);
}
