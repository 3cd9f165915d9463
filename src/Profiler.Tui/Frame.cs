using Profiler.Core.Capture;

namespace Profiler.Tui;

/// <summary>
/// The terminal view as a pure function: a state, what is chosen and a size in, the cells of the screen out. What is in
/// flight is on top, whatever page is below.
/// </summary>
internal static class Frame
{
    /// <summary>Draws over whatever is on the canvas, which has the size.</summary>
    public static void Draw(Canvas canvas, ProfileState state, ViewState view, IntervalHistory history)
    {
        canvas.Begin(canvas.Width, canvas.Height);
        var screen = new Area(0, 0, canvas.Width, canvas.Height);
        Area rest = screen.Below(StatusLines.Draw(canvas, screen, state));
        Tabs.Draw(canvas, rest.Top(1), state, view);
        Footer.Draw(canvas, screen.Below(screen.Height - 1), state, view);
        rest = rest.Below(1);
        rest = rest.Top(rest.Height - 1);
        if (rest.Height <= 0)
            return;

        if (view.Help)
            HelpPage.Draw(canvas, rest, view.DetailRow);
        else if (view.Detail is { } shutdown)
            Detail(canvas, rest, ShutdownDetail.Lines(shutdown, state, rest.Width), view);
        else if (view.Page == Page.InFlight)
            InFlight(canvas, rest, state, view);
        else
            Below(canvas, rest.Below(FlightPage.DrawShort(canvas, rest.Top(rest.Height / 4), state, view)), state, view, history);
    }

    // Where what is in flight leaves room, and on larger screens always, the rest at a glance.
    private static void InFlight(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        int summary = area.Height >= 30 ? 5 + state.Snapshot.Histograms.Reset.Count + 4 : 0;
        int used = FlightPage.Draw(canvas, area.Top(area.Height - summary), state, view);
        area = area.Below(used + 1);
        if (area.Height < 3)
            return;
        area = area.Below(HistogramsPage.Summary(canvas, area, state) + 1);
        if (area.Height >= 2)
            ShutdownsPage.Draw(canvas, area, state, view, choosing: false);
    }

    private static void Below(Canvas canvas, Area area, ProfileState state, ViewState view, IntervalHistory history)
    {
        switch (view.Page)
        {
            case Page.Histograms: HistogramsPage.Draw(canvas, area, state, view, history); break;
            case Page.Devices: DevicesPage.Draw(canvas, area, state, view); break;
            case Page.Locks: LocksPage.Draw(canvas, area, state, view); break;
            default: ShutdownsPage.Draw(canvas, area, state, view, choosing: true); break;
        }
    }

    private static void Detail(Canvas canvas, Area area, IReadOnlyList<string> lines, ViewState view)
    {
        int first = Math.Clamp(view.DetailRow, 0, Math.Max(0, lines.Count - area.Height));
        for (int i = 0; i < area.Height && first + i < lines.Count; i++)
        {
            string line = lines[first + i];
            canvas.Write(area.X, area.Y + i, line.AsSpan(Math.Min(view.DetailColumn, line.Length)), Ink.Plain, area.Right);
        }
    }
}
