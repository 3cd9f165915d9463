using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Values;

/// <summary>
/// Receives the counters and gauges of one moment from <see cref="Exposition"/>, grouped by metric. A metric without series is
/// omitted.
/// </summary>
internal abstract class MetricsFormat
{
    /// <summary>
    /// Upper bounds of the histograms, 100 µs to 600 s; each is also a bucket bound of <see cref="LatencyHistogram"/>. Finer
    /// above 1 s, where the wait of one bus reset ends, and of two in a row. From 5 s on at common time limits: libvirt 10 s and
    /// 40 s, Kubernetes 30 s, PCI device 60 s. A quantile is only as exact as its bucket.
    /// </summary>
    public static readonly ImmutableArray<long> BoundsNs =
    [
        .. new[]
        {
            0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500,
            1_000, 1_100, 1_250, 1_500, 2_000, 2_500, 5_000,
            10_000, 15_000, 20_000, 30_000, 40_000, 45_000, 60_000, 90_000, 120_000, 180_000, 300_000, 600_000,
        }.Select(milliseconds => (long)(milliseconds * 1_000_000)),
    ];

    /// <summary>Sets the value of one series.</summary>
    /// <param name="metric">A counter or a gauge.</param>
    /// <param name="value">In the metric's unit.</param>
    /// <param name="labels">One value for each label, in their order.</param>
    public abstract void Sample(MetricDefinition metric, double value, params ReadOnlySpan<string> labels);

    /// <summary>Sets the value of one series: a duration or a point in time.</summary>
    /// <param name="metric">A counter or a gauge, in seconds.</param>
    /// <param name="ns">Nanoseconds.</param>
    /// <param name="labels">One value for each label, in their order.</param>
    public void Seconds(MetricDefinition metric, long ns, params ReadOnlySpan<string> labels) => Sample(metric, ns / 1e9, labels);

    /// <summary>Sets the value of one series: a point in time.</summary>
    /// <param name="metric">A gauge, in seconds of Unix time; millisecond resolution.</param>
    /// <param name="at">The time.</param>
    /// <param name="labels">One value for each label, in their order.</param>
    public void Time(MetricDefinition metric, DateTimeOffset at, params ReadOnlySpan<string> labels) =>
        Sample(metric, at.ToUnixTimeMilliseconds() / 1e3, labels);
}
