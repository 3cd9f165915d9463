using System.Collections.Immutable;
using Profiler.Cli.Live;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Histograms;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Cli.Metrics;

/// <summary>The metrics: one state in, one text out. Everything in it is of the same moment.</summary>
internal static class Exposition
{
    /// <summary>
    /// The histograms' upper bounds, all of them bounds of <see cref="LatencyHistogram"/>'s buckets: 100 µs to 500 s,
    /// and finer steps above 1 s, where one bus reset's wait ends, and two and three in a row do.
    /// </summary>
    internal static readonly ImmutableArray<long> BoundsNs =
    [
        .. new[]
        {
            0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500,
            1_000, 1_100, 1_250, 1_500, 2_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        }.Select(milliseconds => (long)(milliseconds * 1_000_000)),
    ];

    /// <param name="state">What to tell.</param>
    /// <param name="version">Of this program.</param>
    public static string Text(ProfileState state, string version)
    {
        var text = new ExpositionWriter();
        Durations(text, state.Snapshot.Histograms);
        InFlight(text, state.Snapshot.Operations);
        Self(text, state, version);
        return text.ToString();
    }

    private static void Durations(ExpositionWriter text, HistogramSet histograms)
    {
        text.Family(
            "vfio_release_duration_seconds", "histogram",
            "Time from the last close of a VFIO device to its return, waits included.");
        text.Histogram(histograms.Release, BoundsNs);
        text.Family("vfio_open_duration_seconds", "histogram", "Time to hand out a VFIO device of its group, waits included.");
        text.Histogram(histograms.Open, BoundsNs);
        text.Family(
            "vfio_lock_wait_seconds", "histogram",
            "Single waits for a lock that somebody else had, inside releases and opens.");
        text.Histogram(histograms.LockWait, BoundsNs);
        text.Family(
            "vfio_reset_duration_seconds", "histogram",
            "Resets of devices by the method that did it, the wait for the device to come back included.");
        // All methods, from the start: the first reset of a method would else be no increase.
        foreach (ResetMethod method in Enum.GetValues<ResetMethod>())
            text.Histogram(histograms.Reset.GetValueOrDefault(method, Nothing), BoundsNs, ("method", ReportBuilder.Name(method)));
        text.Family(
            "vfio_shutdown_duration_seconds", "histogram",
            "Shutdowns: all releases of one process, from the signal or first release to its death or the last release.");
        text.Histogram(histograms.Shutdown, BoundsNs);
    }

    private static void InFlight(ExpositionWriter text, ImmutableArray<OperationInFlight> operations)
    {
        text.Family("vfio_releases_in_flight", "gauge", "VFIO devices being released now.");
        text.Sample(operations.Count(o => o.Kind == OperationKind.Release));
        text.Family("vfio_lock_waiters", "gauge", "Releases and opens that wait for a lock now.");
        text.Sample(operations.Count(o => o.State == OperationState.WaitingForLock));
    }

    private static void Self(ExpositionWriter text, ProfileState state, string version)
    {
        text.Family("vfioscope_build_info", "gauge", "Always 1: this program's version, and the kernel the events are of.");
        text.Sample(1, ("version", version), ("kernel", state.Info.Kernel));
        text.Family("vfioscope_probe_attached", "gauge", "1 if the probe is attached, 0 if what it would tell is missing.");
        foreach (ProbeInfo probe in state.Health.Probes)
        {
            text.Sample(
                probe.Attached ? 1 : 0,
                ("probe", probe.Name), ("symbol", probe.Symbol), ("attach", probe.Attach ?? "none"));
        }
        text.Family(
            "vfioscope_probe_missed_total", "counter",
            "How often the kernel could not run a probe; only of probes where it tells.");
        foreach (ProbeInfo probe in state.Health.Probes)
        {
            if (probe.Missed is { } missed)
                text.Sample(missed, ("probe", probe.Name), ("symbol", probe.Symbol));
        }
        text.Family("vfioscope_events_total", "counter", "Events received from the kernel.");
        foreach (EventHealth events in state.Health.Events)
            text.Sample(events.Received, ("kind", events.Kind));
        text.Family(
            "vfioscope_events_lost_total", "counter",
            "Events the kernel could not hand over because the ring buffer was full; only where that is known.");
        foreach (EventHealth events in state.Health.Events)
        {
            if (events.Lost is { } lost)
                text.Sample(lost, ("kind", events.Kind));
        }
    }

    private static readonly HistogramSnapshot Nothing = new([], 0, 0, 0);
}
