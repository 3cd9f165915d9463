using System.Reactive.Linq;
using System.Reactive.Subjects;
using Profiler.Core.Shutdowns;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Shutdowns;

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
        Assert.Equal(Trigger.Unknown, Assert.Single(Run(Release + "\n2.5 100/100 qemu gone", signalsSeen: false)).Trigger);

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
    public void A_minute_of_quiet_separates_two_unplugs() => Assert.Equal(2, Run("""
        1.0 100/100 a release begin 0000:01:00.0
        2.0 100/100 a release end
        90.0 100/100 a release begin 0000:02:00.0
        91.0 100/100 a release end
        """).Count);

    [Fact]
    public void A_minute_of_quiet_ends_it_live_as_well()
    {
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, signalsSeen: true);
        var done = new List<Shutdown>();
        pipeline.Shutdowns.Subscribe(done.Add);
        pipeline.Connect();
        records.OnNext(EventText.Records("1.0 100/100 a release begin 0000:01:00.0\n2.0 100/100 a release end"));
        pipeline.Tick(61_000_000_000);
        Assert.Empty(done);
        pipeline.Tick(63_000_000_000);
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
    public void The_phases_add_up_to_the_wall_time()
    {
        Shutdown shutdown = Single("""
            0.5 1/1 kill signal 15 to 100/100 qemu
            1.0 100/100 qemu release begin 0000:01:00.0 exiting
            2.0 100/100 qemu release end
            2.2 100/100 qemu release begin 0000:02:00.0 exiting
            3.0 100/100 qemu release end
            3.4 100/100 qemu gone
            """);
        Assert.Equal(new ShutdownPhases(500_000_000, 1_800_000_000, 200_000_000, 400_000_000), shutdown.Phases);
        Assert.Equal(2_900_000_000, shutdown.Time.DurationNs);
    }

    private static Shutdown Single(string events) => Assert.Single(Run(events));

    private static List<Shutdown> Run(string events, bool signalsSeen = true)
    {
        var done = new List<Shutdown>();
        using var pipeline = new Pipeline(Observable.Return(EventText.Records(events)), signalsSeen);
        pipeline.Shutdowns.Subscribe(done.Add);
        pipeline.Connect();
        return done;
    }
}
