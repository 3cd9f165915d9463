using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Spans;
using Profiler.Core.Statistics;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Values;

/// <summary>
/// Sets all counters and gauges from one state, for any format. Histograms are separate, see <see cref="DurationMetric"/>.
/// </summary>
internal static class Exposition
{
    /// <param name="to">Receives the values.</param>
    /// <param name="state">State to export.</param>
    /// <param name="version">Version of this program.</param>
    public static void Write(MetricsFormat to, MetricsState state, string version)
    {
        Exact(to, state.Statistics.Recent);
        ImmutableArray<OperationInFlight> operations = state.Profile.Snapshot.Operations;
        to.Sample(MetricTable.ReleasesInFlight, operations.Count(o => o.Kind == OperationKind.Release));
        to.Sample(MetricTable.OpensInFlight, operations.Count(o => o.Kind == OperationKind.Open));
        to.Sample(MetricTable.LockWaiters, operations.Count(o => o.State == OperationState.WaitingForLock));
        to.Sample(MetricTable.ShutdownsInFlight, state.Profile.Snapshot.ShutdownsInFlight.Length);
        to.Sample(MetricTable.StartsInFlight, state.Profile.Snapshot.StartsInFlight.Length);
        HostMetrics.Write(to, state);
        SelfMetrics.Write(to, state, version);
    }

    // Histogram buckets are approximate. These gauges give exact values, even if there was only one shutdown.
    private static void Exact(MetricsFormat to, IReadOnlyDictionary<HistogramKey, RecentDuration> recent)
    {
        foreach (DurationMetric metric in DurationMetric.All)
        {
            if (metric is not { Last: { } last, Longest: { } longest })
                continue;
            foreach (DurationSeries series in metric.Series)
            {
                if (recent.TryGetValue(series.Key, out RecentDuration of))
                    to.Seconds(last, of.LastNs, series.Labels);
            }
            foreach (DurationSeries series in metric.Series)
            {
                if (recent.TryGetValue(series.Key, out RecentDuration of) && of.LongestNs is { } ns)
                    to.Seconds(longest, ns, series.Labels);
            }
        }
    }
}
