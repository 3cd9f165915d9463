using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;
using System.Text;

namespace Profiler.Metrics.Tests;

/// <summary>A capture as a scrape has it; what this process uses is made up, so that it is the same each time.</summary>
internal static class Scrape
{
    public static readonly StatisticsLimits Limits = new(1024, 256);

    private static readonly ProcessUsage Usage = new(
        TimeSpan.FromSeconds(1.5), 50_000_000, 270_000_000_000, 100, 1024,
        new DateTimeOffset(2026, 11, 22, 7, 59, 59, 500, TimeSpan.Zero), 123_456_789, [7, 3, 1],
        new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero));

    public static MetricsState StateAt(this StagedCapture capture, double seconds, StatisticsLimits limits)
    {
        var statistics = new HostStatistics(
            limits, MetricsFormat.BoundsNs, capture.Facts,
            ns => capture.Info.Start.AddTicks((ns - capture.Info.StartNs) / 100), TimeProvider.System);
        ProfileState profile = capture.StateAt(seconds, pipeline =>
        {
            pipeline.Activities.Subscribe(statistics.Record);
            pipeline.Shutdowns.Subscribe(statistics.Record);
        });
        return new MetricsState(
            profile, statistics.Snapshot(), [new ProgramCost("vfio_device_fops_release_fentry", 3, 4_500)], Usage)
        {
            Releasing = statistics.ReleasesInFlight(profile.Snapshot.Operations),
        };
    }

    public static string Text(this MetricsState state, ServedFormat format)
    {
        using var buffer = new PooledBuffer();
        Exposition.Write(format.Create(buffer), state, "1.2.3");
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }
}
