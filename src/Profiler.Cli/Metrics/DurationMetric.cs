using System.Collections.Immutable;
using Profiler.Cli.Metrics.Formats;
using Profiler.Cli.Report;
using Profiler.Core.Histograms;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Cli.Metrics;

/// <summary>A histogram as a metric.</summary>
/// <param name="Kind">Of what.</param>
/// <param name="Name">In seconds.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Parts">
/// The series it has: <see cref="Duration.Part"/> and what it is labelled with. All methods and phases, from the start:
/// the first of its kind would else be no increase.
/// </param>
internal sealed record DurationMetric(
    HistogramKind Kind, string Name, string Help, ImmutableArray<(int Part, Label[] Labels)> Parts)
{
    private static readonly ImmutableArray<(int, Label[])> Whole = [(0, [])];

    /// <summary>All there are.</summary>
    public static readonly ImmutableArray<DurationMetric> All =
    [
        new(
            HistogramKind.Release, "vfio_release_duration_seconds",
            "Time from the last close of a VFIO device to its return, waits included.", Whole),
        new(
            HistogramKind.Open, "vfio_open_duration_seconds", "Time to hand out a VFIO device of its group, waits included.", Whole),
        new(
            HistogramKind.LockWait, "vfio_lock_wait_seconds",
            "Single waits for a lock that somebody else had, inside releases and opens.", Whole),
        new(
            HistogramKind.Reset, "vfio_reset_duration_seconds",
            "Resets of devices by the method that did it, the wait for the device to come back included.",
            [.. Enum.GetValues<ResetMethod>().Select(m => ((int)m, new[] { new Label("method", ReportBuilder.Name(m)) }))]),
        new(
            HistogramKind.Shutdown, "vfio_shutdown_duration_seconds",
            "Shutdowns: all releases of one process, from the signal or first release to its death or the last release.", Whole),
        new(
            HistogramKind.Phase, "vfio_shutdown_phase_seconds",
            "What shutdowns spent on each phase, of those that spent any; each moment of a shutdown counts for one phase.",
            [.. Enum.GetValues<Phase>().Select(p => ((int)p, new[] { new Label("phase", HostMetrics.Name(p)) }))]),
    ];
}
