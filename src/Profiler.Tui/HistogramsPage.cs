using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Histograms;
using Profiler.Core.Names;

namespace Profiler.Tui;

/// <summary>How long things take: two histograms side by side, or the phases of shutdowns.</summary>
internal static class HistogramsPage
{
    private static readonly Table<(string Name, HistogramSnapshot Values)> Taken = new(
        new("TIME TAKEN", 0, (r, _) => r.Name),
        new("COUNT", 6, (r, _) => $"{r.Values.Count}", Right: true),
        new("MEAN", 8, (r, _) => r.Values.Count == 0 ? "" : Figures.Text(r.Values.MeanNs), Right: true, From: 70),
        new("P50", 8, (r, _) => Percentile(r.Values, 0.5), Right: true),
        new("P90", 8, (r, _) => Percentile(r.Values, 0.9), Right: true, From: 60),
        new("P99", 8, (r, _) => Percentile(r.Values, 0.99), Right: true, From: 50),
        new("MAX", 8, (r, _) => r.Values.Count == 0 ? "" : Figures.Text(r.Values.MaxNs), Right: true));

    /// <summary>Draws what is asked.</summary>
    public static void Draw(Canvas canvas, Area area, ProfileState state, ViewState view, IntervalHistory history)
    {
        HistogramSet h = state.Snapshot.Histograms;
        Area left = area.Half(right: false), right = area.Half(right: true);
        switch (view.Question)
        {
            case Question.Phases:
                Taken.Draw(canvas, area, state, [.. h.Phase.Select(p => (p.Key.Words(), p.Value))], null);
                break;
            case Question.ReleasesAndOpens:
                HistogramPanel.Draw(canvas, left, "RELEASE", h.Release, history, Series.Release);
                HistogramPanel.Draw(canvas, right, "OPEN", h.Open, history, Series.Open);
                break;
            default:
                HistogramPanel.Draw(canvas, left, "LOCK WAIT", h.LockWait, history, Series.LockWait);
                HistogramPanel.Draw(canvas, right, $"RESET {Methods(h)}", HistogramSnapshot.Merge(h.Reset.Values), history, Series.Reset);
                break;
        }
    }

    /// <summary>The figures of all of them in a table.</summary>
    /// <returns>How many lines it took.</returns>
    public static int Summary(Canvas canvas, Area area, ProfileState state)
    {
        HistogramSet h = state.Snapshot.Histograms;
        return Taken.Draw(canvas, area, state,
        [
            ("shutdown", h.Shutdown), ("release", h.Release), ("lock wait", h.LockWait),
            .. h.Reset.Select(r => ($"reset ({r.Key.Name()})", r.Value)), ("open", h.Open),
        ], null);
    }

    private static string Methods(HistogramSet h) =>
        h.Reset.IsEmpty ? "" : $"({string.Join(", ", h.Reset.Select(r => $"{r.Value.Count} {r.Key.Name()}"))})";

    private static string Percentile(HistogramSnapshot h, double q) =>
        h.Count == 0 ? "" : h.Percentile(q) is { } ns ? Figures.Text(ns) : "-";
}
