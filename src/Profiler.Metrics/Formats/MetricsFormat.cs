using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Statistics;

namespace Profiler.Metrics.Formats;

/// <summary>What Prometheus and OpenMetrics call the kinds of metrics we have.</summary>
internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One label of a sample.</summary>
internal readonly record struct Label(string Name, string Value);

/// <summary>
/// A way to write metrics down: families of samples, one after another. Durations come in nanoseconds and are written
/// in seconds.
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

    /// <summary>Begins a family; its samples follow.</summary>
    /// <param name="name">The metric's name; a counter's ends in <c>_total</c>.</param>
    /// <param name="help">One sentence.</param>
    public abstract void Family(string name, MetricType type, string help);

    /// <summary>A sample of the family begun last.</summary>
    public abstract void Sample(long value, params ReadOnlySpan<Label> labels);

    /// <inheritdoc cref="Sample(long, ReadOnlySpan{Label})"/>
    public abstract void Sample(double value, params ReadOnlySpan<Label> labels);

    /// <summary>A sample of the family begun last that is a time, or a point in time.</summary>
    /// <param name="ns">In nanoseconds.</param>
    public abstract void Seconds(long ns, params ReadOnlySpan<Label> labels);

    /// <summary>A histogram of the family begun last.</summary>
    /// <param name="values">In nanoseconds.</param>
    /// <param name="exemplars">One for each of <see cref="BoundsNs"/> and one beyond, or none at all.</param>
    public abstract void Histogram(
        HistogramSnapshot values, ImmutableArray<Exemplar?> exemplars, params ReadOnlySpan<Label> labels);

    /// <summary>That was all.</summary>
    public abstract void End();
}
