using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Report;

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
                Taken.Draw(canvas, area, state, [.. h.Phase.Select(p => (Words(p.Key), p.Value))], null);
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
            .. h.Reset.Select(r => ($"reset ({ReportBuilder.Name(r.Key)})", r.Value)), ("open", h.Open),
        ], null);
    }

    private static string Methods(HistogramSet h) =>
        h.Reset.IsEmpty ? "" : $"({string.Join(", ", h.Reset.Select(r => $"{r.Value.Count} {ReportBuilder.Name(r.Key)}"))})";

    private static string Percentile(HistogramSnapshot h, double q) =>
        h.Count == 0 ? "" : h.Percentile(q) is { } ns ? Figures.Text(ns) : "-";

    private static string Words(Phase phase) => phase switch
    {
        Phase.Reset => "devices are reset",
        Phase.Power => "devices change their power state",
        Phase.Iommu => "the IOMMU unmaps, pages are unpinned",
        Phase.Kvm => "KVM lets go of the machine",
        Phase.Release => "devices are released, other than that",
        Phase.LockWait => "waiting for locks, and nothing else",
        Phase.Memory => "the memory is given back",
        Phase.Files => "other files are closed",
        Phase.Reaping => "dead, but not yet reaped by its parent",
        Phase.Process => "the process itself, until it exits",
        _ => "not attributed",
    };
}
