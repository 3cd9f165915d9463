using System.Globalization;
using Profiler.Core.Capture;
using Profiler.Report;
using Profiler.Tui.Pages;

namespace Profiler.Tui.Drawing;

/// <summary>The lines above a page: capture status, problems, and the tabs.</summary>
internal static class Header
{
    private const int MaxLines = 4;

    /// <summary>Draws the header.</summary>
    /// <returns>Number of lines used.</returns>
    public static int Draw(Canvas canvas, Area area, Scene scene)
    {
        ProfileHealth health = scene.State.Health;
        int y = Health(canvas, area, scene.State, health);
        if (y < area.Height)
            Tabs(canvas, area.Below(y++), scene);
        return y;
    }

    /// <summary>"under 0.01 %", "0.4 %".</summary>
    public static string Percent(double share) =>
        share < 0.0001 ? "under 0.01 %" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");

    private static int Health(Canvas canvas, Area area, ProfileState state, ProfileHealth health)
    {
        // Probes of a module that is not loaded cannot be attached yet: not a problem.
        bool probes = health.Probes.Any(p => (!p.Attached && p.WaitsFor is null) || p.Missed > 0), events = health.Lost > 0;
        string others = CaptureStatus.Problems(health);
        FirstLine(canvas, area, state, health, events);
        int y = 1, most = Math.Clamp(area.Height / 5, 2, MaxLines);
        // Lost events make all figures wrong: they come first, so that they always have room.
        (bool, string)[] all = [(events, CaptureStatus.Events(health)), (others.Length > 0, others), (probes, CaptureStatus.Probes(health))];
        foreach ((bool wrong, string text) in all)
        {
            if (!wrong)
                continue;
            foreach (Line line in Line.Wrap(text, area.Width, Style.Alarm).Take(2))
            {
                if (y < most)
                    line.Draw(canvas, area.Below(y++));
            }
        }
        return y;
    }

    // If space is short, the least important parts are left out as a whole; no part is cut.
    private static void FirstLine(Canvas canvas, Area area, ProfileState state, ProfileHealth health, bool eventsLost)
    {
        string source = CaptureStatus.Source(state), events = eventsLost ? "" : $", {CaptureStatus.Events(health)}";
        string[] modules = [.. health.Probes.Select(p => p.WaitsFor).OfType<string>().Distinct()];
        string waiting = modules.Length == 0 ? "" : $" waiting for {string.Join(", ", modules)} (i)", some = modules.Length == 0 ? "" : " waiting (i)";
        string brief = source.Split(", kernel")[0];
        (string Left, string Events, string Right)[] forms =
            [(source, events, waiting), (source, events, some), (brief, events, waiting), (brief, events, some), (brief, events, ""), (brief, "", "")];
        (string left, string told, string right) =
            forms.FirstOrDefault(f => Canvas.Cells(f.Left) + Canvas.Cells(f.Events) + Canvas.Cells(f.Right) <= area.Width, forms[^1]);
        int end = canvas.Write(area.X, area.Y, left, Style.Strong, area.Right);
        canvas.Write(end, area.Y, told, Style.Plain, area.Right);
        canvas.WriteRight(area.Right, area.Y, right, Style.Waiting, area.X);
    }

    private static void Tabs(Canvas canvas, Area line, Scene scene)
    {
        string notes = Notes(scene);
        int end = Math.Max(line.X, line.Right - (notes.Length == 0 ? 0 : Canvas.Cells(notes) + 1)), x = line.X;
        bool full = PageTable.All.Sum(p => p.Title.Length + 5) <= end - line.X;
        foreach ((int i, Page page) in PageTable.All.Index())
        {
            int from = x;
            string tab = full ? $" {i + 1} {page.Title} " : $"{i + 1}{page.ShortTitle}";
            x = canvas.Write(x, line.Y, tab, i == scene.View.PageIndex ? Style.Heading : Style.Plain, end);
            canvas.Mark(line with { X = from, Width = x - from, Height = 1 }, new Hit(HitKind.Page, i));
            x += full ? 0 : 1;
        }
        canvas.WriteRight(line.Right, line.Y, notes, Style.Waiting, line.X + line.Width / 3);
    }

    private static string Notes(Scene scene)
    {
        ViewState view = scene.View;
        string notes = view.Filter.Length > 0 ? $"/{view.Filter} " : "";
        if (view.Only is { Pid: not null } or { Vm: not null } or { Device: not null })
            notes += $"only {view.Only.Vm ?? view.Only.Device ?? $"pid {view.Only.Pid}"} ";
        if (view.Page is LatencyPage && notes.Length > 0)
            notes += "(latency is of all) ";
        if (scene.State.Playback is { } playback)
            notes += $"at {(scene.State.NowNs - scene.State.Info.StartNs) / 1e9:0.0} s, ×{playback.Speed:0.###} ";
        if (view.Paused)
            notes += "PAUSED";
        return notes.TrimEnd();
    }
}
