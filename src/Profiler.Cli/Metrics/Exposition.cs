using System.Collections.Immutable;
using Profiler.Cli.Metrics.Formats;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Histograms;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;
using Profiler.Core.Statistics;

namespace Profiler.Cli.Metrics;

/// <summary>The metrics: one state in, whatever the format. Everything in it is of the same moment.</summary>
internal static class Exposition
{
    private static readonly HistogramSnapshot Nothing = new([], 0, 0, 0);

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
        to.Family(
            "vfio_release_duration_seconds", MetricType.Histogram,
            "Time from the last close of a VFIO device to its return, waits included.");
        to.Histogram(histograms.Release, exemplars.Of(HistogramKind.Release));
        to.Family(
            "vfio_open_duration_seconds", MetricType.Histogram, "Time to hand out a VFIO device of its group, waits included.");
        to.Histogram(histograms.Open, exemplars.Of(HistogramKind.Open));
        to.Family(
            "vfio_lock_wait_seconds", MetricType.Histogram,
            "Single waits for a lock that somebody else had, inside releases and opens.");
        to.Histogram(histograms.LockWait, exemplars.Of(HistogramKind.LockWait));
        to.Family(
            "vfio_reset_duration_seconds", MetricType.Histogram,
            "Resets of devices by the method that did it, the wait for the device to come back included.");
        // All methods and phases, from the start: the first of its kind would else be no increase.
        foreach (ResetMethod method in Enum.GetValues<ResetMethod>())
        {
            to.Histogram(
                histograms.Reset.GetValueOrDefault(method, Nothing), exemplars.Of(HistogramKind.Reset, (int)method),
                new Label("method", ReportBuilder.Name(method)));
        }
        to.Family(
            "vfio_shutdown_duration_seconds", MetricType.Histogram,
            "Shutdowns: all releases of one process, from the signal or first release to its death or the last release.");
        to.Histogram(histograms.Shutdown, exemplars.Of(HistogramKind.Shutdown));
        to.Family(
            "vfio_shutdown_phase_seconds", MetricType.Histogram,
            "What shutdowns spent on each phase, of those that spent any; each moment of a shutdown counts for one phase.");
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            to.Histogram(
                histograms.Phase.GetValueOrDefault(phase, Nothing), exemplars.Of(HistogramKind.Phase, (int)phase),
                new Label("phase", HostMetrics.Name(phase)));
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
