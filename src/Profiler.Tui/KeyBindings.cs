using System.Collections.Immutable;
using Profiler.Tui.Pages;
using Terminal.Gui.Input;

namespace Profiler.Tui;

/// <summary>Commands of the view, numbered for the terminal library from <see cref="KeyBindings.FirstCommand"/> on.</summary>
internal enum ViewCommand
{
    Quit,
    Help,
    Capture,
    NextPage,
    PreviousPage,
    Open,
    Back,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Filter,
    Sort,
    Reverse,
    NextView,
    Pause,
    Slower,
    Faster,
    Earlier,
    Later,
    Clear,
    Write,
    Stop,
    Redraw,

    /// <summary>The first page; the numbers of the other pages follow.</summary>
    GoToPage,
}

/// <summary>Views in which a command works, so that the status bar shows it there.</summary>
internal enum Where
{
    /// <summary>Everywhere, but only shown in the help.</summary>
    HelpOnly,
    Always,
    OnPage,
    OnDetail,
    WithRows,
    WithSort,
    OnLatency,
    InReplay,
}

/// <summary>Keys and their command.</summary>
/// <param name="Keys">Key names of the terminal library.</param>
/// <param name="Shown">Key name for the user.</param>
/// <param name="Label">Word for the status bar.</param>
/// <param name="Help">Sentence for the help.</param>
/// <param name="Where">Views in which the status bar shows it.</param>
internal sealed record KeyBinding(ViewCommand Command, ImmutableArray<string> Keys, string Shown, string Label, string Help, Where Where);

/// <summary>The only table of keys: input, status bar, help and documents are generated from it.</summary>
internal static class KeyBindings
{
    /// <summary>Above the numbers of the library's own commands.</summary>
    public const int FirstCommand = 1000;

    /// <summary>All bindings, in the order of the status bar and the help.</summary>
    public static readonly ImmutableArray<KeyBinding> All =
    [
        new(ViewCommand.Quit, ["q", "Q", "Ctrl+C"], "q, Ctrl-C", "quit", "quit", Where.Always),
        new(ViewCommand.Help, ["?", "F1"], "?, F1", "help", "this help", Where.Always),
        new(ViewCommand.Back, ["Esc", "Backspace"], "Esc, Backspace", "back", "close what is open; on a page, show all again", Where.OnDetail),
        new(ViewCommand.Open, ["Enter"], "Enter", "open", "open the selected VM, device, lock, shutdown or start", Where.WithRows),
        new(ViewCommand.NextPage, ["Tab", "CursorRight"], "Tab, Right", "page", "next page", Where.OnPage),
        new(ViewCommand.PreviousPage, ["Shift+Tab", "CursorLeft"], "Shift-Tab, Left", "", "previous page", Where.HelpOnly),
        .. PageTable.All.Select((page, i) => new KeyBinding(ViewCommand.GoToPage + i, [$"{i + 1}"], $"{i + 1}", "", $"page {page.Title}", Where.HelpOnly)),
        new(ViewCommand.Filter, ["/"], "/", "filter", "only what has a text in its name: VM, process, device, model", Where.OnPage),
        new(ViewCommand.Sort, ["s"], "s", "sort", "sort by the next column", Where.WithSort),
        new(ViewCommand.Reverse, ["S"], "S", "reverse", "the other way round", Where.WithSort),
        new(ViewCommand.NextView, ["v"], "v", "view", "on Latency: other histograms, phases", Where.OnLatency),
        new(ViewCommand.Pause, ["p", "Space"], "p, Space", "pause", "what is shown stands still, or goes on; in a replay, its time does", Where.OnPage),
        new(ViewCommand.Earlier, [",", "<"], ",", "5 s back", "in a replay: 5 s back", Where.InReplay),
        new(ViewCommand.Later, [".", ">"], ".", "5 s on", "in a replay: 5 s forward", Where.InReplay),
        new(ViewCommand.Slower, ["-"], "-", "slower", "in a replay: half as fast", Where.InReplay),
        new(ViewCommand.Faster, ["+", "="], "+", "faster", "in a replay: twice as fast", Where.InReplay),
        new(ViewCommand.Write, ["w"], "w", "write", "write what has come so far as a recording into the current directory", Where.OnPage),
        new(ViewCommand.Clear, ["x"], "x", "clear", "clear statistics, after asking", Where.OnPage),
        new(ViewCommand.Capture, ["i"], "i", "info", "probes, modules that are waited for, events lost, own cost", Where.OnPage),
        new(ViewCommand.Up, ["CursorUp", "k"], "Up, k", "", "up", Where.HelpOnly),
        new(ViewCommand.Down, ["CursorDown", "j"], "Down, j", "", "down", Where.HelpOnly),
        new(ViewCommand.PageUp, ["PageUp"], "PgUp", "", "a screen up", Where.HelpOnly),
        new(ViewCommand.PageDown, ["PageDown"], "PgDn", "", "a screen down", Where.HelpOnly),
        new(ViewCommand.Top, ["Home", "g"], "Home, g", "", "to the first row", Where.HelpOnly),
        new(ViewCommand.Bottom, ["End", "G"], "End, G", "", "to the last row", Where.HelpOnly),
        new(ViewCommand.Redraw, ["Ctrl+L"], "Ctrl-L", "", "draw the screen anew", Where.HelpOnly),
        new(ViewCommand.Stop, ["Ctrl+Z"], "Ctrl-Z", "", "stop; fg continues", Where.HelpOnly),
    ];

    /// <summary>The library's number of a command.</summary>
    public static Command Of(ViewCommand command) => (Command)(FirstCommand + (int)command);

    /// <summary>A key by its name: a character or a library name.</summary>
    /// <exception cref="ArgumentException">The key does not exist.</exception>
    public static Key KeyOf(string name) => name.Length == 1 ? new Key(name[0])
        : Key.TryParse(name, out Key key) ? key : throw new ArgumentException($"no key is called {name}");

    /// <summary>The bindings in the status bar of a view.</summary>
    public static IEnumerable<KeyBinding> Shown(Scene scene)
    {
        ViewState view = scene.View;
        bool onPage = view.Open is null;
        return All.Where(b => b.Where switch
        {
            Where.Always => true,
            Where.OnPage => onPage,
            Where.OnDetail => !onPage || view.Filter.Length > 0,
            Where.WithRows => onPage && view.Page.Rows(scene) > 0,
            Where.WithSort => onPage && view.Page.Sortable.Count > 0,
            Where.OnLatency => onPage && view.Page is LatencyPage,
            Where.InReplay => onPage && scene.State.Playback is not null,
            _ => false,
        });
    }
}
