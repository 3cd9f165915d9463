using System.Collections.Immutable;
using Profiler.Tui.Drawing;
using Profiler.Tui.Pages;

namespace Profiler.Tui;

/// <summary>Commands as a pure function: takes the scene and a command, returns the next view. Commands with side effects are in
/// <see cref="TopWindow"/>.</summary>
internal static class Commands
{
    /// <summary>Applies a command.</summary>
    public static ViewState Apply(Scene scene, ViewCommand command)
    {
        ViewState view = scene.View with { Message = null };
        switch (command)
        {
            case ViewCommand.Help: return view.Open?.Detail is HelpDetail ? Back(view) : view.With(new HelpDetail());
            case ViewCommand.Capture: return view.Open?.Detail is CaptureDetail ? Back(view) : view.With(new CaptureDetail());
            case ViewCommand.Back: return Back(view);
            case ViewCommand.NextPage: return Turn(view, 1);
            case ViewCommand.PreviousPage: return Turn(view, -1);
            case ViewCommand.Pause: return view with { Paused = !view.Paused };
            case >= ViewCommand.GoToPage: return view with { PageIndex = command - ViewCommand.GoToPage, Details = [] };
            case ViewCommand.Up: return Move(scene, view, -1);
            case ViewCommand.Down: return Move(scene, view, 1);
            case ViewCommand.PageUp: return Move(scene, view, -ScreenStep(scene));
            case ViewCommand.PageDown: return Move(scene, view, ScreenStep(scene));
            case ViewCommand.Top: return Move(scene, view, int.MinValue);
            case ViewCommand.Bottom: return Move(scene, view, int.MaxValue);
            default: return view.Open is null ? OnPage(scene, view, command) : view;
        }
    }

    /// <summary>Applies a click like the matching command; a click on the selected row opens it.</summary>
    public static ViewState Click(Scene scene, Hit hit)
    {
        ViewState view = scene.View with { Message = null };
        switch (hit.Kind)
        {
            case HitKind.Page: return view with { PageIndex = hit.Index, Details = [] };
            case HitKind.Column when view.Open is null:
                Selection now = view.Selection;
                return view.With(now with { Sort = hit.Index, Reversed = now.Sort == hit.Index && !now.Reversed });
            case HitKind.Row when view.Open is null:
                return view.Selection.Row == hit.Index ? Apply(scene, ViewCommand.Open) : view.With(view.Selection with { Row = hit.Index });
            default: return view;
        }
    }

    private static ViewState OnPage(Scene scene, ViewState view, ViewCommand command)
    {
        Selection now = view.Selection;
        IReadOnlyList<int> sortable = view.Page.Sortable;
        switch (command)
        {
            case ViewCommand.Open: return view.Page.Open(scene, Row(scene, view)) is { } detail ? view.With(detail) : view;
            case ViewCommand.Sort when sortable.Count > 0:
                int next = (sortable.ToImmutableArray().IndexOf(now.Sort) + 1) % sortable.Count;
                return view.With(now with { Sort = sortable[next], Reversed = false });
            case ViewCommand.Reverse when sortable.Count > 0: return view.With(now with { Reversed = !now.Reversed });
            case ViewCommand.NextView when view.Page is LatencyPage:
                return view with { Latency = (LatencyView)(((int)view.Latency + 1) % Enum.GetValues<LatencyView>().Length) };
            default: return view;
        }
    }

    // Closes the open detail; on a page, clears the filter.
    private static ViewState Back(ViewState view) =>
        view.Details.IsEmpty ? view with { Filter = "" } : view with { Details = view.Details.Pop() };

    private static ViewState Turn(ViewState view, int by) =>
        view with { PageIndex = (view.PageIndex + by + PageTable.All.Length) % PageTable.All.Length, Details = [] };

    private static ViewState Move(Scene scene, ViewState view, int step)
    {
        if (view.Open is { } open)
        {
            int most = Screen.Scrollable(scene);
            var moved = open with { Scrolled = (int)Math.Clamp(Math.Min(open.Scrolled, most) + (long)step, 0, most) };
            return view with { Details = view.Details.Pop().Push(moved) };
        }
        return view.With(view.Selection with { Row = (int)Math.Clamp(Row(scene, view) + (long)step, 0, Math.Max(0, view.Page.Rows(scene) - 1)) });
    }

    // The selected row may no longer exist: the step starts at an existing row.
    private static int Row(Scene scene, ViewState view) => Math.Clamp(view.Selection.Row, 0, Math.Max(0, view.Page.Rows(scene) - 1));

    private static int ScreenStep(Scene scene) => Math.Max(1, scene.Size.Height - 5);
}
