using System.Reactive.Subjects;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Histograms;

/// <summary>The figures of each device and each lock.</summary>
public sealed class StatisticsTests
{
    private const string Convoy = """
        1.0 100/100 qemu open begin 0000:01:00.0
        1.1 100/100 qemu open end
        2.0 100/100 qemu release begin 0000:01:00.0 lock a exiting
        2.0 100/100 qemu reset begin flr 0000:01:00.0
        2.1 200/200 qemu release begin 0000:02:00.0 lock a exiting
        2.1 200/200 qemu wait begin lock a holder 100/100 qemu
        3.0 100/100 qemu reset end flr
        3.0 100/100 qemu release end
        3.1 200/200 qemu wait end lock a
        3.2 200/200 qemu release end
        5.0 300/300 other release begin 0000:01:00.0 lock a
        5.5 300/300 other release end
        """;

    [Fact]
    public void Of_a_device_is_known_how_often_how_long_by_whom_and_how_it_was_reset()
    {
        using var run = new Run(Convoy);
        DeviceFigures device = Assert.Single(run.Pipeline.Snapshot().Devices.Rows, d => d.Device == "0000:01:00.0");
        Assert.Equal(
            (1, 2, 500_000_000, 750_000_000, 1_000_000_000, "other", ResetMethod.Flr, 0xaUL),
            (device.Opens, device.Releases, device.LastNs, device.MeanNs, device.MaxNs, device.User.Comm, device.Method!.Value, device.Lock));
    }

    [Fact]
    public void Of_a_lock_is_known_who_needs_it_and_who_held_the_longest_wait_up()
    {
        using var run = new Run(Convoy);
        LockFigures it = Assert.Single(run.Pipeline.Snapshot().Locks.Rows);
        Assert.Equal((0xaUL, LockKind.DevSet, 1, 1_000_000_000, "0000:01:00.0"), (it.Address, it.Kind, it.Waits, it.LongestNs, it.Holder!.Device));
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], it.Devices);
    }

    [Fact]
    public void Counts_begin_anew_and_shutdowns_stay()
    {
        using var run = new Run(Convoy + "\n6.0 100/100 qemu gone");
        run.Pipeline.ResetCounts();
        Snapshot after = run.Pipeline.Snapshot();
        Assert.Equal((0, 0, 0, 0), (after.Devices.Rows.Length, after.Locks.Rows.Length, after.Histograms.Release.Count, after.Histograms.Reset.Count));
        Assert.Single(after.Recent);
    }

    [Fact]
    public void There_is_a_most_and_what_falls_out_is_counted()
    {
        var statistics = new DeviceStatistics(capacity: 2);
        foreach (string device in new[] { "a", "b", "a", "c" })
            statistics.Record(new Operation(
                OperationKind.Release, new TaskId(1, 1, "x"), "x", 0, device, true, 0, false, new Interval(0, 1), [], []));
        Assert.Equal(["a", "c"], statistics.Snapshot().Rows.Select(d => d.Device));
        Assert.Equal(1, statistics.Snapshot().Evicted);
    }

    private sealed class Run : IDisposable
    {
        private readonly Subject<ReadOnlyMemory<byte>> _records = new();

        public Run(string events)
        {
            Pipeline = new Pipeline(_records, new EndsWatched(Signals: true, Reaping: false));
            Pipeline.Connect();
            _records.OnNext(EventText.Records(events));
        }

        public Pipeline Pipeline { get; }

        public void Dispose()
        {
            Pipeline.Dispose();
            _records.Dispose();
        }
    }
}
