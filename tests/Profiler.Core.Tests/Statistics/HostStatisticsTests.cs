using System.Reactive.Subjects;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
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
        Assert.Equal(1, after.Findings.Single(f => f.Key == "open_delayed").Value);
    }

    private static HostStatisticsSnapshot After(string events, params Fact[] facts)
    {
        var surroundings = new Surroundings();
        foreach (Fact fact in facts)
            surroundings.Add(fact);
        var statistics = new HostStatistics(
            new StatisticsLimits(1024, 256), [], surroundings, ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100), TimeProvider.System);
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, new EndsWatched(Signals: true, Reaping: false));
        pipeline.Activities.Subscribe(statistics.Record);
        pipeline.Shutdowns.Subscribe(statistics.Record);
        pipeline.Connect();
        records.OnNext(EventText.Records(events));
        return statistics.Snapshot();
    }
}
