using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Tui;

/// <summary>How the last shutdowns went.</summary>
internal static class ShutdownsPage
{
    private static readonly Table<Shutdown> Table = new(
        new("SHUTDOWN OVER", 0, (s, state) => ProcessNames.Of(s.Task, state.VmNames)),
        new("TRIGGER", 7, (s, _) => s.Trigger.Name(), From: 50),
        new("TOOK", 9, (s, _) => Took(s), Right: true),
        new("DEVICES", 7, (s, _) => $"{s.Releases.Length}", Right: true),
        new("LOCK WAIT", 9, (s, _) => Figures.Text(s.LockWaitNs), Right: true, From: 70),
        new("RESET", 8, (s, _) => Figures.Text(s.ResetNs), Right: true, From: 60),
        new("AT A TIME", 9, (s, _) => $"{s.PeakConcurrency}", Right: true, From: 110),
        new("IN PARALLEL", 11, (s, _) => Figures.Text(s.IfParallelNs), Right: true, From: 110),
        new("AGO", 8, (s, state) => Ago(state.NowNs - s.Time.EndNs), Right: true));

    /// <summary>Draws the table.</summary>
    /// <param name="choosing">A row can be chosen.</param>
    /// <returns>How many lines it took.</returns>
    public static int Draw(Canvas canvas, Area area, ProfileState state, ViewState view, bool choosing) =>
        Table.Draw(canvas, area, state, Lists.Shutdowns(state, view), choosing ? view.Row : null);

    // What was not seen whole took at least that long.
    private static string Took(Shutdown s) =>
        (s.BeganBefore || s.Unfinished ? "≥" : "") + Figures.Text(s.Time.DurationNs);

    // It is redrawn once a second while nothing happens: no finer than that.
    private static string Ago(long ns) => (Math.Max(0, ns) / 1_000_000_000) switch
    {
        < 120 and var s => $"{s} s",
        < 7200 and var s => $"{s / 60} min",
        var s => $"{s / 3600} h",
    };
}
