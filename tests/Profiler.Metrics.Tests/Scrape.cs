using System.Text;
using Profiler.Core.Capture;
using Profiler.Core.Protobuf;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Registry;
using Profiler.Metrics.Values;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>A capture as a scrape has it; what this process uses is made up, so that it is the same each time.</summary>
internal static class Scrape
{
    public static readonly StatisticsLimits Limits = new(1024, 256);

    private static readonly ProcessUsage Usage = new(
        TimeSpan.FromSeconds(1.5), 50_000_000, 270_000_000_000, 100, 1024,
        new DateTimeOffset(2026, 11, 22, 7, 59, 59, 500, TimeSpan.Zero), 123_456_789, [7, 3, 1],
        new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero));

    /// <summary>When all events are in, and the clock shows so many seconds.</summary>
    public static Scraped StateAt(this StagedCapture capture, double seconds, StatisticsLimits limits)
    {
        var registry = new MetricRegistry();
        var statistics = new HostStatistics(
            limits, MetricsFormat.BoundsNs, capture.Facts,
            ns => capture.Info.Start.AddTicks((ns - capture.Info.StartNs) / 100), TimeProvider.System);
        ProfileState profile = capture.StateAt(seconds, pipeline =>
        {
            pipeline.Activities.Subscribe(statistics.Record);
            pipeline.Activities.Subscribe(registry.Record);
            pipeline.Shutdowns.Subscribe(statistics.Record);
            pipeline.Shutdowns.Subscribe(registry.Record);
            pipeline.Starts.Subscribe(statistics.Record);
            pipeline.Starts.Subscribe(registry.Record);
        });
        var state = new MetricsState(
            profile, statistics.Snapshot(), [new ProgramCost("vfio_device_fops_release_fentry", 3, 4_500)], Usage)
        {
            Releasing = statistics.ReleasesInFlight(profile.Snapshot.Operations),
        };
        return new Scraped(state, registry);
    }
}

/// <summary>What there is to tell.</summary>
/// <param name="State">Of counters and gauges.</param>
/// <param name="Registry">Has heard of all that is over.</param>
internal sealed record Scraped(MetricsState State, MetricRegistry Registry)
{
    /// <summary>In one of the text formats.</summary>
    public string Text(ServedFormat format)
    {
        using var buffer = new PooledBuffer();
        Registry.Write(buffer, State, "1.2.3", format.Writer == Writer.OpenMetrics);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }

    public byte[] Protobuf()
    {
        using var buffer = new PooledBuffer();
        ProtobufFormat.Write(buffer, State, "1.2.3");
        return buffer.Written.ToArray();
    }
}
