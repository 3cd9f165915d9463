using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Metrics.Table;

/// <summary>One series of a histogram.</summary>
/// <param name="Key">The internal histogram.</param>
/// <param name="Labels">One value for each label of the metric.</param>
internal sealed record DurationSeries(HistogramKey Key, params string[] Labels);

/// <summary>Maps internal histograms to a metric.</summary>
/// <param name="Metric">The exported metric.</param>
/// <param name="Last">Gauge of the exact last value; null for phases, which have none.</param>
/// <param name="Longest">Gauge of the exact longest recent value; null for phases.</param>
/// <param name="Series">
/// All possible series. Each exists from the start; otherwise the first reset of its method would not be an increase.
/// </param>
internal sealed record DurationMetric(
    MetricDefinition Metric, MetricDefinition? Last, MetricDefinition? Longest, params ImmutableArray<DurationSeries> Series)
{
    /// <summary>All duration metrics, in the order of the table.</summary>
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
        new(MetricTable.StartDuration, MetricTable.StartLast, MetricTable.StartLongest, new DurationSeries(HistogramKey.Start)),
        new(
            MetricTable.StartPhase, null, null,
            [.. Enum.GetValues<StartPhase>().Select(p => new DurationSeries(HistogramKey.Of(p), p.Name()))]),
    ];
}
