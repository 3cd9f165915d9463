using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Spans;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics;

/// <summary>The metrics: one state in, whatever the format. Everything in it is of the same moment.</summary>
internal static class Exposition
{
    /// <param name="to">How to write it down.</param>
    /// <param name="state">What to tell.</param>
    /// <param name="version">Of this program.</param>
    public static void Write(MetricsFormat to, MetricsState state, string version)
    {
        Durations(to, state.Profile.Snapshot.Histograms, state.Statistics.Exemplars);
        Exact(to, state.Statistics.Recent);
        InFlight(to, state.Profile.Snapshot.Operations, state.Profile.Snapshot.ShutdownsInFlight.Length);
        HostMetrics.Write(to, state);
        SelfMetrics.Write(to, state, version);
        to.End();
    }

    private static void Durations(MetricsFormat to, HistogramSet histograms, ExemplarsSnapshot exemplars)
    {
        foreach (DurationMetric metric in DurationMetric.All)
        {
            to.Family(metric.Name, MetricType.Histogram, metric.Help);
            foreach ((HistogramKey key, Label[] labels) in metric.Parts)
                to.Histogram(histograms.Of(key), exemplars.Of(key), labels);
        }
    }

    // Buckets only tell roughly; nobody should have to read "about 17 s" of the only shutdown there was.
    private static void Exact(MetricsFormat to, IReadOnlyDictionary<HistogramKey, RecentDuration> recent)
    {
        foreach (DurationMetric metric in DurationMetric.All)
        {
            if (metric.Beside("last") is not { } last || metric.Beside("longest") is not { } longest)
                continue;
            to.Family(last, MetricType.Gauge, $"Exact duration of the last value in {metric.Name}; absent before the first one.");
            foreach ((HistogramKey key, Label[] labels) in metric.Parts)
            {
                if (recent.TryGetValue(key, out RecentDuration of))
                    to.Seconds(of.LastNs, labels);
            }
            to.Family(
                longest, MetricType.Gauge,
                $"Exact duration of the longest value in {metric.Name} of the last 5 minutes; absent if there was none. " +
                "Of a recording: of all of it.");
            foreach ((HistogramKey key, Label[] labels) in metric.Parts)
            {
                if (recent.TryGetValue(key, out RecentDuration of) && of.LongestNs is { } ns)
                    to.Seconds(ns, labels);
            }
        }
    }

    private static void InFlight(MetricsFormat to, ImmutableArray<OperationInFlight> operations, int shutdowns)
    {
        to.Family("vfio_releases_in_flight", MetricType.Gauge, "VFIO devices being released.");
        to.Sample(operations.Count(o => o.Kind == OperationKind.Release));
        to.Family("vfio_opens_in_flight", MetricType.Gauge, "VFIO devices being opened.");
        to.Sample(operations.Count(o => o.Kind == OperationKind.Open));
        to.Family("vfio_lock_waiters", MetricType.Gauge, "Releases and opens waiting for a lock.");
        to.Sample(operations.Count(o => o.State == OperationState.WaitingForLock));
        to.Family("vfio_shutdowns_in_flight", MetricType.Gauge, "Shutdowns under way.");
        to.Sample(shutdowns);
    }
}
