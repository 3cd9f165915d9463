using System.Collections.Immutable;
using System.Reactive.Subjects;
using System.Text;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Protobuf;
using Profiler.Core.Recording;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>Series of devices and VMs leave when they have not been seen for an hour, in all formats; what is counted for all stays.</summary>
public sealed class ComingAndGoingTests
{
    private static readonly ServedFormat[] Formats = [Negotiation.Text, Negotiation.OpenMetrics, Negotiation.Protobuf];

    private readonly ManualTime _time = new();

    [Fact]
    public void Who_has_left_has_no_series_and_who_comes_back_is_counted_anew()
    {
        using var host = new Host(_time, new StatisticsLimits(1024, 256));
        host.Release(1, pid: 100, "0000:01:00.0");
        host.Release(2, pid: 200, "0000:02:00.0");
        Assert.Equal(["0000:01:00.0 qemu-100 1", "0000:02:00.0 qemu-200 1"], host.Releases());
        Assert.Equal(["qemu-100", "qemu-200"], host.Vms());

        _time.Advance(TimeSpan.FromMinutes(59));
        host.Release(3, pid: 200, "0000:02:00.0");
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["0000:02:00.0 qemu-200 2"], host.Releases());
        Assert.Equal(["qemu-200"], host.Vms());

        host.Release(4, pid: 100, "0000:01:00.0");
        Assert.Equal(["0000:01:00.0 qemu-100 1", "0000:02:00.0 qemu-200 2"], host.Releases());
        Assert.Equal(4, host.Scrape(Negotiation.Text)["vfio_release_duration_seconds_count"]);
    }

    [Fact]
    public void What_a_bound_folds_away_is_counted_and_has_room_when_others_have_left()
    {
        using var host = new Host(_time, new StatisticsLimits(Devices: 1, Vms: 256));
        host.Release(1, pid: 100, "0000:01:00.0");
        host.Release(2, pid: 200, "0000:02:00.0");
        host.Release(3, pid: 300, "0000:03:00.0");
        Assert.Equal(["0000:01:00.0 qemu-100 1", "other other 2"], host.Releases());
        Assert.All(Formats, format => Assert.Equal(2, host.Scrape(format)["vfioscope_series_folded_total{label=\"device\"}"]));

        _time.Advance(TimeSpan.FromMinutes(61));
        host.Release(4, pid: 300, "0000:03:00.0");
        Assert.Equal(["0000:03:00.0 qemu-300 1"], host.Releases());
        Assert.All(Formats, format => Assert.Equal(2, host.Scrape(format)["vfioscope_series_folded_total{label=\"device\"}"]));
    }

    /// <summary>A host whose clock is ours.</summary>
    private sealed class Host : IEventSource
    {
        private readonly Subject<ReadOnlyMemory<byte>> _records = new();
        private readonly ManualResetEventSlim _connected = new();
        private readonly MetricsSource _source;
        private readonly Profile _profile;
        private bool _disposed;

        public Host(TimeProvider time, StatisticsLimits limits)
        {
            _source = new MetricsSource(limits, time, "1.2.3");
            _profile = new Profile(this, TimeProvider.System, _source.SinkOf, _ => _source.Histograms);
            _profile.Start();
            _connected.Wait();
        }

        public CaptureInfo Info { get; } = new StagedCapture("").Info;

        public IObservable<ReadOnlyMemory<byte>> Records => _records;

        public HostFacts Facts { get; } = new();

        public long NowNs => 0;

        public ImmutableArray<ProbeInfo> Probes() => [];

        public ImmutableArray<SourceCount> Counts() => [];

        public void Run(CancellationToken cancellation)
        {
            _connected.Set();
            cancellation.WaitHandle.WaitOne();
            _records.OnCompleted();
        }

        /// <summary>A process lets a device go, and ends.</summary>
        public void Release(int second, int pid, string device) => _records.OnNext(EventText.Records(
            $"""
            {second}.0 {pid}/{pid} qemu-{pid} release begin {device} exiting
            {second}.5 {pid}/{pid} qemu-{pid} release end
            {second}.6 {pid}/{pid} qemu-{pid} gone
            {second}.7 1/1 init reaped of {pid}/{pid} qemu-{pid}
            """));

        /// <summary>Device, VM and releases of each series, whatever the format.</summary>
        public string[] Releases() => Same(samples => samples
            .Where(s => s.Key.StartsWith("vfio_device_releases_total{", StringComparison.Ordinal))
            .Select(s => (Labels: s.Key.Split('"'), s.Value))
            .Select(s => $"{s.Labels[1]} {s.Labels[5]} {s.Value}"));

        public string[] Vms() => Same(samples => samples.Keys
            .Where(s => s.StartsWith("vfio_last_shutdown_seconds{", StringComparison.Ordinal))
            .Select(s => s.Split('"')[1]));

        public Dictionary<string, double> Scrape(ServedFormat format)
        {
            using var buffer = new PooledBuffer();
            _source.Write(format, buffer);
            return format == Negotiation.Protobuf
                ? Samples.OfProtobuf(buffer.Written.ToArray())
                : Samples.OfText(Encoding.UTF8.GetString(buffer.Written.Span));
        }

        // The profile lets go of its source, which is this.
        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            _profile.Dispose();
            _records.Dispose();
            _connected.Dispose();
        }

        private string[] Same(Func<Dictionary<string, double>, IEnumerable<string>> of)
        {
            string[][] all = [.. Formats.Select(format => of(Scrape(format)).Order(StringComparer.Ordinal).ToArray())];
            Assert.All(all, one => Assert.Equal(all[0], one));
            return all[0];
        }
    }
}
