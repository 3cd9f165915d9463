using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Metrics.Table;

/// <summary>One series of a histogram.</summary>
/// <param name="Key">Which histogram of ours.</param>
/// <param name="Labels">A value for each of the metric's labels.</param>
internal sealed record DurationSeries(HistogramKey Key, params string[] Labels);

/// <summary>Which histograms of ours are which metric.</summary>
/// <param name="Metric">What they are exported as.</param>
/// <param name="Last">A gauge of the last value, exactly; null of phases, which have none.</param>
/// <param name="Longest">A gauge of the longest value of late, exactly; null of phases.</param>
/// <param name="Series">
/// All it can have; each is there from the start, as the first reset of its method would else be no increase.
/// </param>
internal sealed record DurationMetric(
    MetricDefinition Metric, MetricDefinition? Last, MetricDefinition? Longest, params ImmutableArray<DurationSeries> Series)
{
    /// <summary>All there are, in the order of the table.</summary>
    public static readonly ImmutableArray<DurationMetric> All =
    [
        new(MetricTable.ReleaseDuration, MetricTable.ReleaseLast, MetricTable.ReleaseLongest, new DurationSeries(HistogramKey.Release)),
        new(MetricTable.OpenDuration, MetricTable.OpenLast, MetricTable.OpenLongest, new DurationSeries(HistogramKey.Open)),
        new(MetricTable.LockWait, MetricTable.LockWaitLast, MetricTable.LockWaitLongest, new DurationSeries(HistogramKey.LockWait)),
        new(
            MetricTable.ResetDuration, MetricTable.ResetLast, MetricTable.ResetLongest,
            [.. Enum.GetValues<ResetMethod>().Select(m => new DurationSeries(HistogramKey.Of(m), m.Name()))]),
        new(
            MetricTable.ShutdownDuration, MetricTable.ShutdownLast, MetricTable.ShutdownLongest,
            new DurationSeries(HistogramKey.Shutdown)),
        new(
            MetricTable.ShutdownPhase, null, null,
            [.. Enum.GetValues<Phase>().Select(p => new DurationSeries(HistogramKey.Of(p), p.Name()))]),
    ];
}
