using System.Collections.Immutable;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using System.Text;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Protobuf;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>A scrape is of one moment, however much happens meanwhile.</summary>
public sealed class MomentTests
{
    private static readonly ServedFormat[] Formats = [Negotiation.Text, Negotiation.OpenMetrics, Negotiation.Protobuf];

    [Fact]
    public void Totals_agree_with_each_other_during_a_flood_of_events()
    {
        var source = new MetricsSource(new(8, 2), TimeProvider.System, "1.2.3");
        using var flood = new Flood();
        using var profile = new Profile(flood, TimeProvider.System, source.SinkOf, _ => source.Histograms);
        profile.Start();
        double before = 0;
        for (int scrapes = 0; scrapes < 60; scrapes++)
        {
            Dictionary<string, double> samples = Scraped(source, Formats[scrapes % Formats.Length]);
            double releases = samples["vfio_release_duration_seconds_count"];
            Assert.Equal(releases, Sum(samples, "vfio_device_releases_total{"));
            Assert.Equal(releases, samples["vfio_release_duration_seconds_bucket{le=\"+Inf\"}"]);
            // Of each release the begin has come, and of those that are over the end.
            Assert.Equal(2 * releases + samples["vfio_releases_in_flight"], samples["vfioscope_events_total{kind=\"release\"}"]);
            // One is folded for its device, for its VM, or for both.
            Assert.Equal(samples["vfioscope_series_folded_total{label=\"device\"}"], samples.GetValueOrDefault("vfio_device_releases_total{device=\"other\",model=\"other\",vm=\"other\"}"));
            Assert.True(releases >= before);
            before = releases;
        }
        // Else nothing was shown: the flood flowed while it was asked.
        Assert.True(before > 100, $"{before} releases");
    }

    private static double Sum(Dictionary<string, double> samples, string prefix) =>
        samples.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(s => s.Value);

    private static Dictionary<string, double> Scraped(MetricsSource source, ServedFormat format)
    {
        using var buffer = new PooledBuffer();
        source.Write(format, buffer);
        return format == Negotiation.Protobuf
            ? Samples.OfProtobuf(buffer.Written.ToArray())
            : Samples.OfText(Encoding.UTF8.GetString(buffer.Written.Span));
    }

    /// <summary>Lives of VMs, as fast as they are taken, some of them cut in two by a batch's end.</summary>
    private sealed class Flood : IEventSource
    {
        private readonly Subject<ReadOnlyMemory<byte>> _records = new();
        private readonly StagedCapture _capture = new("");
        private long _nowNs;

        public CaptureInfo Info => _capture.Info;

        public IObservable<ReadOnlyMemory<byte>> Records => _records;

        public HostFacts Facts { get; } = new();

        public long NowNs => Volatile.Read(ref _nowNs);

        public ImmutableArray<ProbeInfo> Probes() => _capture.Probes;

        public ImmutableArray<SourceCount> Counts() => [];

        public void Run(CancellationToken cancellation)
        {
            const int batch = 7;
            var events = new List<WireEvent>();
            ulong now = 0;
            for (uint life = 0; !cancellation.IsCancellationRequested; life++)
            {
                events.Clear();
                now = VmLife.Append(events, 100 + life % 5 * 10, (int)(life % 7), 4, now);
                for (int i = 0; i < events.Count; i += batch)
                {
                    WireEvent[] some = [.. events.Skip(i).Take(batch)];
                    Volatile.Write(ref _nowNs, (long)some[^1].TimeNs);
                    _records.OnNext(MemoryMarshal.AsBytes(some.AsSpan()).ToArray());
                }
            }
            _records.OnCompleted();
        }

        public void Dispose() => _records.Dispose();
    }
}
