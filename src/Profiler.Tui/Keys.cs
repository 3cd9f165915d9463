using Profiler.Core.Capture;
using Profiler.Core.Lives;

namespace Profiler.Tui;

/// <summary>What a key asks for beyond another view of the same.</summary>
internal enum Request
{
    None,
    Quit,
    WriteRecording,
    ResetCounts,

    /// <summary>The view says whether it is on or off.</summary>
    Pause,
    Faster,
    Slower,
    Back,
    Forward,
}

/// <summary>What there is to choose from on the present page.</summary>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Chosen">The shutdown that is chosen; null where none can be.</param>
/// <param name="Replay">A recording is being played.</param>
internal readonly record struct Choice(int Rows, Shutdown? Chosen = null, bool Replay = false)
{
    /// <summary>What a state has to choose from, on a screen of so many lines.</summary>
    public static Choice Of(ProfileState state, ViewState view, int height)
    {
        bool replay = state.Playback is not null;
        if (view.Help)
            return new(Math.Max(0, HelpPage.Count - Math.Max(1, height - 4)), null, replay);
        if (view.Detail is { } detail)
            return new(Math.Max(1, ShutdownDetail.Lines(detail, state, 80).Count - Math.Max(1, height - 5)), null, replay);
        switch (view.Page)
        {
            case Page.InFlight: return new(FlightPage.Rows(state, view), null, replay);
            case Page.Devices: return new(Lists.Devices(state, view).Length, null, replay);
            case Page.Locks: return new(Lists.Locks(state, view).Length, null, replay);
            case Page.Shutdowns:
                Shutdown[] all = Lists.Shutdowns(state, view);
                return new(all.Length, all.Length == 0 ? null : all[Math.Clamp(view.Row, 0, all.Length - 1)], replay);
            default: return new(0, null, replay);
        }
    }
}

/// <summary>Keys, as a pure function: what is chosen and a key in, what is chosen then and what else is to be done out.</summary>
internal static class Keys
{
    private const int PageStep = 10;
    private const int MostFilter = 40;
    private static readonly int Pages = Enum.GetValues<Page>().Length;

    public static (ViewState View, Request Request) Press(ViewState view, ConsoleKeyInfo key, Choice choice)
    {
        view = view with { Message = null };
        if (view.Typing)
            return (Type(view, key), Request.None);
        if (view.Help || view.Detail is not null)
            return InFront(view, key, choice);
        return key.Key switch
        {
            ConsoleKey.Tab => (Turn(view, key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1), Request.None),
            ConsoleKey.Enter => (choice.Chosen is null ? view : view with { Detail = choice.Chosen, DetailRow = 0, DetailColumn = 0 }, Request.None),
            ConsoleKey.Escape => (view with { Filter = "" }, Request.None),
            ConsoleKey.LeftArrow when choice.Replay => (view, Request.Back),
            ConsoleKey.RightArrow when choice.Replay => (view, Request.Forward),
            ConsoleKey.LeftArrow => (Turn(view, -1), Request.None),
            ConsoleKey.RightArrow => (Turn(view, 1), Request.None),
            _ => Step(key) is { } step ? (Move(view, step, choice.Rows), Request.None) : Letter(view, key, choice),
        };
    }

    private static (ViewState View, Request Request) Letter(ViewState view, ConsoleKeyInfo key, Choice choice)
    {
        switch (key.KeyChar)
        {
            case 'q' or 'Q': return (view, Request.Quit);
            case '?': return (view with { Help = true, DetailRow = 0 }, Request.None);
            case '/': return (view with { Typing = true }, Request.None);
            case 'p' or 'P': return (view with { Paused = !view.Paused }, Request.Pause);
            case ' ' when choice.Replay: return (view with { Paused = !view.Paused }, Request.Pause);
            case '+' or '=' when choice.Replay: return (view, Request.Faster);
            case '-' when choice.Replay: return (view, Request.Slower);
            case 'r': return (view, Request.ResetCounts);
            case 'w': return (view, Request.WriteRecording);
            case 's':
                return (view with { Sorts = view.Sorts.SetItem((int)view.Page, (view.Sort + 1) % Lists.Orders(view.Page)) }, Request.None);
            case 'v':
                return (view with { Question = (Question)(((int)view.Question + 1) % Enum.GetValues<Question>().Length) }, Request.None);
            case >= '1' and <= '9' and var digit when digit - '1' < Pages:
                return (view with { Page = (Page)(digit - '1') }, Request.None);
            default: return (view, Request.None);
        }
    }

    // Help or a shutdown is in front of the page: that moves, and Esc takes it away.
    private static (ViewState View, Request Request) InFront(ViewState view, ConsoleKeyInfo key, Choice choice)
    {
        if (key.Key is ConsoleKey.Escape or ConsoleKey.Backspace || key.KeyChar == '?' && view.Help)
            return (view.Help ? view with { Help = false, DetailRow = 0 } : view with { Detail = null, DetailRow = 0 }, Request.None);
        if (key.Key is ConsoleKey.LeftArrow or ConsoleKey.RightArrow && !view.Help)
            return (view with { DetailColumn = Math.Clamp(view.DetailColumn + (key.Key == ConsoleKey.LeftArrow ? -PageStep : PageStep), 0, 200) }, Request.None);
        if (Step(key) is { } step)
            return (view with { DetailRow = (int)Math.Clamp(view.DetailRow + (long)step, 0, Math.Max(0, choice.Rows)) }, Request.None);
        if (key.KeyChar is 'q' or 'Q' or 'w' or 'p' || (key.KeyChar == '?' && !view.Help))
            return Letter(view, key, choice);
        return (view, Request.None);
    }

    private static ViewState Type(ViewState view, ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.Enter => view with { Typing = false },
        ConsoleKey.Escape => view with { Typing = false, Filter = "" },
        ConsoleKey.Backspace => view with { Filter = view.Filter.Length == 0 ? "" : view.Filter[..^1] },
        _ when !char.IsControl(key.KeyChar) && view.Filter.Length < MostFilter => view with { Filter = view.Filter + key.KeyChar },
        _ => view,
    };

    private static ViewState Turn(ViewState view, int by) => view with { Page = (Page)(((int)view.Page + by + Pages) % Pages) };

    private static int? Step(ConsoleKeyInfo key) => (key.Key, key.KeyChar) switch
    {
        (ConsoleKey.DownArrow, _) or (_, 'j') => 1,
        (ConsoleKey.UpArrow, _) or (_, 'k') => -1,
        (ConsoleKey.PageDown, _) => PageStep,
        (ConsoleKey.PageUp, _) => -PageStep,
        (ConsoleKey.Home, _) or (_, 'g') => int.MinValue,
        (ConsoleKey.End, _) or (_, 'G') => int.MaxValue,
        _ => null,
    };

    private static ViewState Move(ViewState view, int step, int rows)
    {
        // What was chosen may be gone since: the step begins at what is there.
        long row = Math.Clamp(view.Row, 0, Math.Max(0, rows - 1)) + (long)step;
        return view with { Rows = view.Rows.SetItem((int)view.Page, (int)Math.Clamp(row, 0, Math.Max(0, rows - 1))) };
    }
}
