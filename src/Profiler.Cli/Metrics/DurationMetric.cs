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

    /// <summary>The name of what is told beside it: "vfio_release_last_seconds" of last; none of phases.</summary>
    public string? Beside(string what) => Kind == HistogramKind.Phase
        ? null
        : $"{Name.Replace("_duration_seconds", "", StringComparison.Ordinal).Replace("_seconds", "", StringComparison.Ordinal)}_{what}_seconds";

    /// <summary>All there are.</summary>
    public static readonly ImmutableArray<DurationMetric> All =
    [
        new(
            HistogramKind.Release, "vfio_release_duration_seconds",
            "Duration of VFIO device releases, from the last close to its return, lock waits included.", Whole),
        new(
            HistogramKind.Open, "vfio_open_duration_seconds", "Duration of VFIO device opens, lock waits included.", Whole),
        new(
            HistogramKind.LockWait, "vfio_lock_wait_seconds",
            "Duration of single waits for a lock inside releases and opens.", Whole),
        new(
            HistogramKind.Reset, "vfio_reset_duration_seconds",
            "Duration of device resets by method, including the wait until the device responds again.",
            [.. Enum.GetValues<ResetMethod>().Select(m => ((int)m, new[] { new Label("method", ReportBuilder.Name(m)) }))]),
        new(
            HistogramKind.Shutdown, "vfio_shutdown_duration_seconds",
            "Duration of shutdowns, from the signal or first release to the end of the process or the last release; only those seen whole.", Whole),
        new(
            HistogramKind.Phase, "vfio_shutdown_phase_seconds",
            "Time that shutdowns spent in each phase, without those that spent none; each moment counts for one phase.",
            [.. Enum.GetValues<Phase>().Select(p => ((int)p, new[] { new Label("phase", HostMetrics.Name(p)) }))]),
    ];
}
