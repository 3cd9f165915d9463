using System.Collections.Immutable;
using System.Reactive.Subjects;
using Profiler.Core.Lives;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>How far a shutdown is, while it goes on.</summary>
public sealed class ShutdownInFlightTests
{
    private const string Opens = """
        0.1 100/100 qemu open begin 0000:01:00.0
        0.2 100/100 qemu open end
        0.3 100/100 qemu open begin 0000:02:00.0
        0.4 100/100 qemu open end
        0.5 100/100 qemu open begin 0000:03:00.0
        0.6 100/100 qemu open end

        """;

    [Fact]
    public void Who_has_devices_and_was_told_to_go_is_shown_before_it_lets_anything_go()
    {
        ShutdownInFlight shutdown = Single(Opens + "1.0 1/1 kill signal 15 to 100/100 qemu");
        Assert.Equal((Trigger.SigTerm, 1_000_000_000, 3, 0), (shutdown.SoFar.Trigger, shutdown.SoFar.Time.StartNs, shutdown.Held.Length, shutdown.Releasing.Length));
        Assert.Null(shutdown.LeftNs(2_000_000_000));
    }

    [Fact]
    public void Who_has_devices_and_was_not_told_to_go_is_not() => Assert.Empty(InFlight(Opens));

    [Fact]
    public void Who_has_none_is_not_shown_either() => Assert.Empty(InFlight("1.0 1/1 kill signal 15 to 100/100 bash"));

    [Fact]
    public void What_is_released_is_done_what_is_being_released_is_not_to_come_any_more()
    {
        ShutdownInFlight shutdown = Single(Opens + """
            1.0 100/100 qemu release begin 0000:01:00.0 exiting
            2.0 100/100 qemu release end
            2.0 100/100 qemu release begin 0000:02:00.0 exiting
            """);
        Assert.Equal((1, "0000:02:00.0", "0000:03:00.0", 3), (
            shutdown.SoFar.Releases.Length, Assert.Single(shutdown.Releasing).Device, Assert.Single(shutdown.Held), shutdown.Devices));
    }

    [Fact]
    public void The_rest_takes_the_median_of_those_that_are_over_for_each_that_is_left() =>
        Assert.Equal(1_600_000_000, Single(Opens + """
            1.0 100/100 qemu release begin 0000:01:00.0 exiting
            2.0 100/100 qemu release end
            2.0 100/100 qemu release begin 0000:02:00.0 exiting
            """).LeftNs(2_400_000_000));

    [Fact]
    public void Those_that_go_at_the_same_time_take_no_longer_than_one() =>
        Assert.Equal(1_000_000_000, Single(Opens + """
            1.0 100/100 qemu release begin 0000:01:00.0 exiting
            2.0 100/100 qemu release end
            2.0 100/101 qemu release begin 0000:02:00.0 exiting
            2.0 100/102 qemu release begin 0000:03:00.0 exiting
            """).LeftNs(2_000_000_000));

    [Fact]
    public void What_was_opened_before_is_not_known()
    {
        ShutdownInFlight shutdown = Single("""
            1.0 100/100 qemu release begin 0000:01:00.0 exiting
            2.0 100/100 qemu release end
            2.0 100/100 qemu release begin 0000:02:00.0 exiting
            """);
        Assert.False(shutdown.HeldKnown);
        Assert.Null(shutdown.LeftNs(3_000_000_000));
    }

    [Fact]
    public void The_first_release_shows_who_and_why_before_it_is_over()
    {
        ShutdownInFlight shutdown = Single("1.0 100/107 .NET release begin 0000:01:00.0 exiting");
        Assert.Equal((100, Trigger.Exit, 1), (shutdown.Task.Tgid, shutdown.SoFar.Trigger, shutdown.Busy));
        Assert.Equal(Trigger.Close, Single("1.0 100/100 a release begin 0000:01:00.0").SoFar.Trigger);
    }

    private static ShutdownInFlight Single(string events) => Assert.Single(InFlight(events));

    private static ImmutableArray<ShutdownInFlight> InFlight(string events)
    {
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, EndsWatched.All);
        pipeline.Connect();
        records.OnNext(EventText.Records(events));
        return pipeline.Snapshot().ShutdownsInFlight;
    }
}
