using Profiler.Core;
using Profiler.Core.Histograms;
using Profiler.Core.Names;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>The views of the latency page.</summary>
internal enum LatencyView
{
    WaitsAndResets,
    ReleasesAndOpens,
    Phases,
}

/// <summary>Durations: two histograms side by side, or the phases of shutdowns.</summary>
internal sealed class LatencyPage : Page
{
    private static readonly Table<(string Name, HistogramSnapshot Values)> Latency = new(
        new("LATENCY", 0, (r, _) => r.Name),
        new("COUNT", 6, (r, _) => $"{r.Values.Count}", Right: true),
        new("MEAN", 8, (r, _) => r.Values.Count == 0 ? "" : Figures.Text(r.Values.MeanNs), Right: true, From: 70),
        new("P50", 8, (r, _) => Percentile(r.Values, 0.5), Right: true),
        new("P90", 8, (r, _) => Percentile(r.Values, 0.9), Right: true, From: 60),
        new("P99", 8, (r, _) => Percentile(r.Values, 0.99), Right: true, From: 50),
        new("MAX", 8, (r, _) => r.Values.Count == 0 ? "" : Figures.Text(r.Values.MaxNs), Right: true));

    public override string Title => "Latency";

    public override string ShortTitle => "Time";

    public override string Help => "histograms of lock waits, resets, releases and opens, and the phases of shutdowns";

    protected override int DrawList(Canvas canvas, Area area, Scene scene)
    {
        HistogramSet h = scene.State.Snapshot.Histograms;
        Area left = area.Half(right: false), right = area.Half(right: true);
        switch (scene.View.Latency)
        {
            case LatencyView.Phases:
                Rows(canvas, area, scene, [.. h.Phase.Select(p => (p.Key.Words(), p.Value))]);
                break;
            case LatencyView.ReleasesAndOpens:
                HistogramPanel.Draw(canvas, left, "RELEASE", h.Release, scene.History, Series.Release);
                HistogramPanel.Draw(canvas, right, "OPEN", h.Open, scene.History, Series.Open);
                break;
            default:
                HistogramPanel.Draw(canvas, left, "LOCK WAIT", h.LockWait, scene.History, Series.LockWait);
                HistogramPanel.Draw(canvas, right, $"RESET {Methods(h)}", HistogramSnapshot.Merge(h.Reset.Values), scene.History, Series.Reset);
                break;
        }
        return area.Height;
    }

    /// <summary>The figures of all histograms in a table.</summary>
    public static Section Summary(Scene scene)
    {
        HistogramSet h = scene.State.Snapshot.Histograms;
        (string, HistogramSnapshot)[] rows =
        [
            ("shutdown", h.Shutdown), ("release", h.Release), ("lock wait", h.LockWait),
            .. h.Reset.Select(r => ($"reset ({r.Key.Name()})", r.Value)), ("open", h.Open),
        ];
        return new Section(rows.Length + 1, (canvas, line, i) =>
        {
            if (i == 0)
                Latency.Heading(canvas, line);
            else
                Latency.Row(canvas, line, scene.State, rows[i - 1]);
        });
    }

    private static void Rows(Canvas canvas, Area area, Scene scene, (string, HistogramSnapshot)[] rows)
    {
        Latency.Heading(canvas, area);
        if (rows.Length == 0)
            canvas.Write(area.X, area.Y + 1, "no shutdown yet", Style.Faint, area.Right);
        for (int i = 0; i < Math.Min(rows.Length, area.Height - 1); i++)
            Latency.Row(canvas, area.Below(i + 1), scene.State, rows[i]);
    }

    private static string Methods(HistogramSet h) =>
        h.Reset.IsEmpty ? "" : $"({string.Join(", ", h.Reset.Select(r => $"{r.Value.Count} {r.Key.Name()}"))})";

    private static string Percentile(HistogramSnapshot h, double q) =>
        h.Count == 0 ? "" : h.Percentile(q) is { } ns ? Figures.Text(ns) : "-";
}
