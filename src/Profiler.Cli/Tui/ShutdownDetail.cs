using System.Collections.Immutable;
using Profiler.Cli.Live;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Histograms;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Cli.Tui;

/// <summary>One shutdown as the report shows it: the only place where the view knows of the report's text.</summary>
internal static class ShutdownDetail
{
    private static readonly HistogramSnapshot Nothing = new([], 0, 0, 0);

    /// <summary>The report's lines about it.</summary>
    /// <param name="width">Cells; the report does not ask for them yet.</param>
    public static IReadOnlyList<string> Lines(Shutdown shutdown, ProfileState state, int width)
    {
        _ = width;
        var capture = new RecordedCapture(
            state.Info with { Probes = [] }, null, [shutdown], [.. shutdown.Releases],
            state.Snapshot with
            {
                Histograms = new HistogramSet(Nothing, Nothing, Nothing, Nothing,
                    ImmutableSortedDictionary<ResetMethod, HistogramSnapshot>.Empty,
                    ImmutableSortedDictionary<Phase, HistogramSnapshot>.Empty),
            },
            state.Surroundings);
        string text = TextReport.Render(ReportBuilder.Build(capture, ReportFilter.None));
        // Between the head of the report, which ends with the first empty line, and its last line, the probes.
        string[] lines = text.TrimEnd('\n').Split('\n');
        int first = Array.IndexOf(lines, "") + 1, last = Array.FindLastIndex(lines, line => line.Length == 0);
        return last > first ? lines[first..last] : lines;
    }
}
