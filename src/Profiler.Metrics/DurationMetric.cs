using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics;

/// <summary>A histogram as a metric.</summary>
/// <param name="Kind">Of what.</param>
/// <param name="Name">In seconds.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Parts">
/// The series it has, and what they are labelled with. All methods and phases, from the start:
/// the first of its kind would else be no increase.
/// </param>
internal sealed record DurationMetric(
    HistogramKind Kind, string Name, string Help, ImmutableArray<(HistogramKey Key, Label[] Labels)> Parts)
{
    /// <summary>The name of what is told beside it: "vfio_release_last_seconds" of last; none of phases.</summary>
    public string? Beside(string what) => Kind == HistogramKind.Phase
        ? null
        : $"{Name.Replace("_duration_seconds", "", StringComparison.Ordinal).Replace("_seconds", "", StringComparison.Ordinal)}_{what}_seconds";

    /// <summary>All there are.</summary>
    public static readonly ImmutableArray<DurationMetric> All =
    [
        new(
            HistogramKind.Release, "vfio_release_duration_seconds",
            "Duration of VFIO device releases, from the last close to its return, lock waits included.", [(HistogramKey.Release, [])]),
        new(
            HistogramKind.Open, "vfio_open_duration_seconds", "Duration of VFIO device opens, lock waits included.", [(HistogramKey.Open, [])]),
        new(
            HistogramKind.LockWait, "vfio_lock_wait_seconds",
            "Duration of single waits for a lock inside releases and opens.", [(HistogramKey.LockWait, [])]),
        new(
            HistogramKind.Reset, "vfio_reset_duration_seconds",
            "Duration of device resets by method, including the wait until the device responds again.",
            [.. Enum.GetValues<ResetMethod>().Select(m => (HistogramKey.Of(m), new[] { new Label("method", m.Name()) }))]),
        new(
            HistogramKind.Shutdown, "vfio_shutdown_duration_seconds",
            "Duration of shutdowns, from the signal or first release to the end of the process or the last release; only those seen whole.", [(HistogramKey.Shutdown, [])]),
        new(
            HistogramKind.Phase, "vfio_shutdown_phase_seconds",
            "Time that shutdowns spent in each phase, without those that spent none; each moment counts for one phase.",
            [.. Enum.GetValues<Phase>().Select(p => (HistogramKey.Of(p), new[] { new Label("phase", p.Name()) }))]),
    ];
}
