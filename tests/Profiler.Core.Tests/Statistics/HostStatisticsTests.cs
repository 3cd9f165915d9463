using System.Reactive.Subjects;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Statistics;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Statistics;

/// <summary>Events in, statistics out.</summary>
public sealed class HostStatisticsTests
{
    [Fact]
    public void Each_device_and_machine_has_its_numbers()
    {
        HostStatisticsSnapshot after = After(
            """
            1.0 100/100 qemu release begin 0000:01:00.0 lock a
            1.5 100/100 qemu release end
            2.0 100/100 qemu release begin 0000:01:00.0 lock a
            2.7 100/100 qemu release end
            3.0 200/200 dpdk release begin 0000:02:00.0 lock b
            3.1 200/200 dpdk release end
            4.0 100/100 qemu gone
            """, new ProcessIdentity(100, "gpu-a"));
        Assert.Equal(
            [
                new DeviceSnapshot("0000:01:00.0", "gpu-a", 2, 1_200_000_000, 700_000_000) { LastEnd = At(2.7) },
                new DeviceSnapshot("0000:02:00.0", "dpdk", 1, 100_000_000, 100_000_000) { LastEnd = At(3.1) },
            ], after.Devices.AsEnumerable());
        (string vm, LastShutdown last) = Assert.Single(after.Vms);
        Assert.Equal(("gpu-a", 2), (vm, last.Devices));
        Assert.Equal(last.WallNs, Enum.GetValues<Phase>().Sum(p => last.Phases[p]));
    }

    // 38 s besides the releases: with 2.5 s for each device, after four of them 48 s are reached.
    [Theory]
    [InlineData(2.5, 4)]
    [InlineData(1.0, double.PositiveInfinity)]
    [InlineData(9.0, 1)]
    public void How_many_devices_are_too_many_for_libvirt(double each, double devices)
    {
        HostStatisticsSnapshot after = After(
            FormattableString.Invariant($"""
            1.0 1/1 virsh signal 15 to 100/100 qemu
            2.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
            {2 + each} 100/100 qemu release end
            {39 + each} 100/100 qemu gone
            """), new ProcessIdentity(100, "gpu-a"));
        Assert.Equal(devices, after.LibvirtFailureDevices);
    }

    [Fact]
    public void What_decides_how_long_shutdowns_take_by_model()
    {
        HostStatisticsSnapshot after = After(
            """
            1.0 1/1 virsh signal 15 to 100/100 qemu
            2.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
            3.0 100/100 qemu release end
            3.0 100/100 qemu release begin 0000:02:00.0 lock b exiting
            5.0 100/100 qemu release end
            5.5 100/100 qemu gone
            """,
            new DeviceIdentity("0000:02:00.0", "10de", "20b0", "NVIDIA Corporation", "GA100", "030200", 1, "vfio-pci", ["bus"], []));
        Assert.Equal(
            [KeyValuePair.Create("NVIDIA Corporation GA100", 2_000_000_000L), KeyValuePair.Create("unknown", 1_000_000_000L)],
            after.StopTimes.EachP99Ns.AsEnumerable());
        Assert.Equal(1_500_000_000, after.StopTimes.RestNs);
    }

    [Fact]
    public void What_shutdowns_unpinned_is_added_up_as_far_as_it_is_known() => Assert.Equal(3L << 30, After(
        """
        1.0 100/100 qemu exits
        1.1 100/100 qemu release begin 0000:01:00.0 lock a exiting
        1.2 100/100 qemu release end
        1.3 100/100 qemu teardown begin iommu
        1.4 100/100 qemu teardown end iommu mappings 1 bytes 2g unpinned 2g batches 2
        1.5 100/100 qemu gone
        2.0 200/200 qemu exits
        2.1 200/200 qemu release begin 0000:02:00.0 lock b exiting
        2.2 200/200 qemu release end
        2.3 200/200 qemu teardown begin iommu
        2.4 200/200 qemu teardown end iommu mappings 1 bytes 1g unpinned 1g
        2.5 200/200 qemu gone
        3.0 300/300 qemu exits
        3.1 300/300 qemu release begin 0000:03:00.0 lock c exiting
        3.2 300/300 qemu release end
        3.3 300/300 qemu teardown begin iommu
        3.4 300/300 qemu teardown end iommu mappings 1 bytes 1g
        3.5 300/300 qemu gone
        """).UnpinnedBytes);

    [Fact]
    public void Who_is_no_machine_has_no_limit_by_libvirt() => Assert.Null(After(
        """
        1.0 100/100 dpdk release begin 0000:01:00.0 lock a exiting
        9.0 100/100 dpdk release end
        9.1 100/100 dpdk gone
        """).LibvirtFailureDevices);

    [Fact]
    public void An_open_that_a_shutdown_held_up_is_counted_once_with_it()
    {
        HostStatisticsSnapshot after = After(
            """
            1.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
            1.1 200/200 qemu open begin 0000:02:00.0 lock a
            1.1 200/200 qemu wait begin lock a holder 100/100 qemu
            2.0 100/100 qemu release end
            2.0 200/200 qemu wait end lock a
            2.1 200/200 qemu open end
            2.2 100/100 qemu gone
            3.0 200/200 qemu release begin 0000:02:00.0 lock a exiting
            3.1 200/200 qemu release end
            3.2 200/200 qemu gone
            """);
        Assert.Equal(1, after.Findings.Single(f => f.Id == "open_delayed").Count);
    }

    /// <summary>As a rule: it has to do something with the lock that it got as the shutdown ended.</summary>
    [Fact]
    public void It_is_counted_as_well_if_the_open_takes_longer_than_the_shutdown() => Assert.Equal(1, After(
        """
        1.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
        1.1 200/200 qemu open begin 0000:02:00.0 lock a
        1.1 200/200 qemu wait begin lock a holder 100/100 qemu
        2.0 100/100 qemu release end
        2.0 200/200 qemu wait end lock a
        2.1 100/100 qemu gone
        2.2 200/200 qemu open end
        3.0 200/200 qemu release begin 0000:02:00.0 lock a exiting
        3.1 200/200 qemu release end
        3.2 200/200 qemu gone
        """).Findings.Single(f => f.Id == "open_delayed").Count);

    [Fact]
    public void The_last_is_the_one_that_ended_last_and_the_longest_the_longest()
    {
        HostStatisticsSnapshot after = After(
            """
            1.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
            18.2 100/100 qemu release end
            18.2 100/100 qemu gone
            20.0 200/200 qemu release begin 0000:02:00.0 lock a exiting
            21.5 200/200 qemu release end
            21.5 200/200 qemu gone
            """);
        Assert.Equal(new RecentDuration(1_500_000_000, 17_200_000_000), after.Recent[HistogramKey.Shutdown]);
        Assert.Equal(new RecentDuration(1_500_000_000, 17_200_000_000), after.Recent[HistogramKey.Release]);
        Assert.DoesNotContain(HistogramKey.Open, after.Recent.Keys);
    }

    /// <summary>A reset after which the device did not respond, and a device that nobody released.</summary>
    private const string Faulty = """
        0.1 100/100 qemu open begin 0000:01:00.0 lock a
        0.2 100/100 qemu open end
        0.3 100/100 qemu open begin 0000:02:00.0 lock b
        0.4 100/100 qemu open end
        1.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
        1.1 100/100 qemu reset begin bus 0000:01:00.0
        1.2 100/100 qemu reset begin bridgewait 0000:00:01.0
        61.2 100/100 qemu reset end bridgewait
        61.3 100/100 qemu reset end bus -25
        61.4 100/100 qemu release end
        61.5 100/100 qemu gone
        62.6 300/300 other gone
        """; // a second later it is certain that nobody releases it right away

    [Fact]
    public void What_is_wrong_with_a_device_is_told_with_its_name_and_machine() => Assert.Equal(
        [
            new DeviceFinding("device_not_released", "0000:02:00.0", "gpu-a", 1, At(61.5)),
            new DeviceFinding("reset_timed_out", "0000:01:00.0", "gpu-a", 1, At(61.5)),
        ], After(Faulty, new ProcessIdentity(100, "gpu-a")).DeviceFindings.AsEnumerable());

    /// <summary>They are learned after the operations, some after the shutdown.</summary>
    [Fact]
    public void Devices_that_are_worse_after_a_reset_are_counted_when_that_is_known()
    {
        var facts = new HostFacts();
        var statistics = new HostStatistics(
            new StatisticsLimits(1024, 256), [1_000_000_000], facts, ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100), TimeProvider.System);
        facts.Add(new ProcessIdentity(100, "gpu-a"));
        facts.Add(new ResetDamage("0000:01:00.0", "release", 100, "qemu", 2_000_000_000, new DeviceLink(16, 16), new DeviceLink(16, 4)));
        facts.Add(new ResetDamage("0000:02:00.0", "open", 200, "dpdk", 3_000_000_000));
        HostStatisticsSnapshot after = statistics.Snapshot();
        Assert.Equal(
            [
                new DeviceFinding("device_gone_after_reset", "0000:02:00.0", "dpdk", 1, At(3)),
                new DeviceFinding("link_degraded_after_reset", "0000:01:00.0", "gpu-a", 1, At(2)),
            ], after.DeviceFindings.AsEnumerable());
        Assert.Equal(2, after.Findings.Where(f => f.Id.EndsWith("_after_reset", StringComparison.Ordinal)).Sum(f => f.Count));
    }

    [Fact]
    public void Faulty_devices_are_told_apart_up_to_the_limit()
    {
        HostStatisticsSnapshot after = After(new StatisticsLimits(1, 256), s => s, Faulty, new ProcessIdentity(100, "gpu-a"));
        Assert.Equal(["other", "0000:01:00.0"], after.DeviceFindings.Select(f => f.Device));
        Assert.Equal(1, after.DevicesFolded);
    }

    /// <summary>Its times are lower bounds: they are in nothing that people compare. What was found stays true.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_shutdown_that_was_not_seen_whole_has_no_durations(bool beganBefore, bool unfinished)
    {
        HostStatisticsSnapshot after = After(
            new StatisticsLimits(1024, 256), s => s with { BeganBefore = beganBefore, Unfinished = unfinished }, Faulty,
            new ProcessIdentity(100, "gpu-a"));
        Assert.Empty(after.Vms);
        Assert.DoesNotContain(HistogramKey.Shutdown, after.Recent.Keys);
        Assert.Null(after.LibvirtFailureDevices);
        Assert.Empty(after.Exemplars.Of(HistogramKey.Shutdown));
        Assert.All(after.Exemplars.Of(HistogramKey.Release).OfType<Exemplar>(), e => Assert.Null(e.Shutdown));
        Assert.Equal((beganBefore ? 1 : 0, unfinished ? 1 : 0), (after.BeganBefore, after.Unfinished));
        // Whether all was released of what began before cannot be told.
        Assert.Equal(beganBefore ? 1 : 2, after.DeviceFindings.Length);
        Assert.Equal(60_400_000_000, after.Recent[HistogramKey.Release].LastNs);
    }

    private static HostStatisticsSnapshot After(string events, params Fact[] given) =>
        After(new StatisticsLimits(1024, 256), s => s, events, given);

    private static HostStatisticsSnapshot After(
        StatisticsLimits limits, Func<Shutdown, Shutdown> seen, string events, params Fact[] given)
    {
        var facts = new HostFacts();
        foreach (Fact fact in given)
            facts.Add(fact);
        var statistics = new HostStatistics(
            limits, [1_000_000_000], facts, ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100), TimeProvider.System);
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, new EndsWatched(Signals: true, Reaping: false));
        pipeline.Activities.Subscribe(statistics.Record);
        pipeline.Shutdowns.Subscribe(shutdown => statistics.Record(seen(shutdown)));
        pipeline.Connect();
        records.OnNext(EventText.Records(events));
        return statistics.Snapshot();
    }

    private static DateTimeOffset At(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
