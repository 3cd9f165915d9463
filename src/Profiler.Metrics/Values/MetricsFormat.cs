using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Values;

/// <summary>
/// Takes the counters and gauges of one moment from <see cref="Exposition"/>, metric by metric: all series of one, then
/// all of the next. A metric without series is not mentioned.
/// </summary>
internal abstract class MetricsFormat
{
    /// <summary>
    /// The histograms' upper bounds, all of them bounds of <see cref="LatencyHistogram"/>'s buckets: 100 µs to 600 s.
    /// Finer above 1 s, where the wait of one bus reset ends, and of two in a row; and from 5 s on at what people have
    /// limits at: libvirt's 10 s and 40 s, Kubernetes' 30 s, a PCI device's 60 s. A quantile is only known to a bucket.
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

    /// <summary>One series' value.</summary>
    /// <param name="metric">A counter or a gauge.</param>
    /// <param name="value">In the metric's unit.</param>
    /// <param name="labels">A value for each of its labels, in their order.</param>
    public abstract void Sample(MetricDefinition metric, double value, params ReadOnlySpan<string> labels);

    /// <summary>One series' value, a duration or a point in time.</summary>
    /// <param name="metric">A counter or a gauge, in seconds.</param>
    /// <param name="ns">Nanoseconds.</param>
    /// <param name="labels">A value for each of its labels, in their order.</param>
    public void Seconds(MetricDefinition metric, long ns, params ReadOnlySpan<string> labels) => Sample(metric, ns / 1e9, labels);

    /// <summary>One series' value, a point in time.</summary>
    /// <param name="metric">A gauge, in seconds of Unix time; told to the millisecond.</param>
    /// <param name="at">When.</param>
    /// <param name="labels">A value for each of its labels, in their order.</param>
    public void Time(MetricDefinition metric, DateTimeOffset at, params ReadOnlySpan<string> labels) =>
        Sample(metric, at.ToUnixTimeMilliseconds() / 1e3, labels);
}
