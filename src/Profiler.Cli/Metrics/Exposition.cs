using System.Collections.Immutable;
using Profiler.Cli.Metrics.Formats;
using Profiler.Core;
using Profiler.Core.Spans;
using Profiler.Core.Statistics;

namespace Profiler.Cli.Metrics;

/// <summary>The metrics: one state in, whatever the format. Everything in it is of the same moment.</summary>
internal static class Exposition
{
    /// <param name="to">How to write it down.</param>
    /// <param name="state">What to tell.</param>
    /// <param name="version">Of this program.</param>
    public static void Write(MetricsFormat to, MetricsState state, string version)
    {
        Durations(to, state.Profile.Snapshot.Histograms, state.Statistics.Exemplars);
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
            foreach ((int part, Label[] labels) in metric.Parts)
                to.Histogram(histograms.Of(metric.Kind, part), exemplars.Of(metric.Kind, part), labels);
        }
    }

    private static void InFlight(MetricsFormat to, ImmutableArray<OperationInFlight> operations, int shutdowns)
    {
        to.Family("vfio_releases_in_flight", MetricType.Gauge, "VFIO devices being released now.");
        to.Sample(operations.Count(o => o.Kind == OperationKind.Release));
        to.Family("vfio_opens_in_flight", MetricType.Gauge, "VFIO devices being opened now.");
        to.Sample(operations.Count(o => o.Kind == OperationKind.Open));
        to.Family("vfio_lock_waiters", MetricType.Gauge, "Releases and opens that wait for a lock now.");
        to.Sample(operations.Count(o => o.State == OperationState.WaitingForLock));
        to.Family("vfio_shutdowns_in_flight", MetricType.Gauge, "Shutdowns that have begun and are not over.");
        to.Sample(shutdowns);
    }
}
