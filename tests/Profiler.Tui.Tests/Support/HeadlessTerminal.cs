using System.Drawing;
using System.Text;
using Profiler.Core.Capture;
using Profiler.Tui.Drawing;
using Profiler.Tui.Terminal;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.Drivers;
using Terminal.Gui.Testing;
using Terminal.Gui.Views;

namespace Profiler.Tui.Tests.Support;

/// <summary>The window in the library's own application, on its driver without a terminal: what it would show and send.</summary>
internal sealed class HeadlessTerminal : IDisposable
{
    private readonly IApplication _app = Application.Create();
    private SessionToken? _session;

    public HeadlessTerminal(int width, int height, TerminalKind? kind = null)
    {
        Kind = kind ?? new TerminalKind(Colours: true, Unicode: true);
        Window = new TopWindow(Kind);
        Driver.Force16Colors = true; // as the program does
        _app.Init(DriverRegistry.Names.ANSI);
        _app.Driver!.SetScreenSize(width, height);
        _session = _app.Begin(Window);
        Draw();
    }

    public TerminalKind Kind { get; }

    public TopWindow Window { get; }

    public IApplication App => _app;

    /// <summary>What would be sent to the terminal meanwhile, escape sequences included.</summary>
    public string SentBy(Action action)
    {
        const string Mark = "-- mark --";
        IOutput output = _app.Driver!.GetOutput();
        output.Write(Mark);
        action();
        // The library begins anew at each frame that has anything, and else goes on.
        string last = output.GetLastOutput();
        return last[(last.LastIndexOf(Mark, StringComparison.Ordinal) is var at && at < 0 ? 0 : at + Mark.Length)..];
    }

    /// <summary>The whole screen as text, a line each.</summary>
    public string[] Lines
    {
        get
        {
            Cell[,] cells = _app.Driver!.Contents!;
            return [.. Enumerable.Range(0, cells.GetLength(0)).Select(y =>
            {
                var line = new StringBuilder();
                for (int x = 0; x < cells.GetLength(1); x++)
                    line.Append(cells[y, x].Grapheme);
                return line.ToString();
            })];
        }
    }

    /// <summary>As it is kept in a file.</summary>
    public string Text => string.Concat(Lines.Select(line => line.TrimEnd() + "\n"));

    /// <summary>Shows what is chosen of a state, as if it had been looked at from the beginning.</summary>
    public void Show(ProfileState state, ViewState view)
    {
        Window.Show(SceneOf(state, view));
        Draw();
    }

    /// <summary>A scene of this size.</summary>
    public Scene SceneOf(ProfileState state, ViewState view)
    {
        var history = new IntervalHistory();
        history.Observe(new Profiler.Tests.Support.StagedCapture("").StateAt(0).Snapshot, 0);
        history.Observe(state.Snapshot, state.NowNs);
        return new Scene(state, view, Window.Size) { History = history };
    }

    /// <summary>Presses a key.</summary>
    public void Press(string key)
    {
        _app.InjectKey(KeyBindings.KeyOf(key));
        Draw();
    }

    /// <summary>Clicks on a cell.</summary>
    public void Click(int x, int y)
    {
        _app.InjectSequence([.. InputInjectionExtensions.LeftButtonClick(new Point(x, y))]);
        Draw();
    }

    /// <summary>One time round the loop, as far as drawing is concerned.</summary>
    public void Draw() => _app.LayoutAndDraw(false);

    /// <summary>A dialog in front.</summary>
    public IDisposable InFront(Dialog dialog)
    {
        SessionToken token = _app.Begin(dialog)!;
        Draw();
        return new Ending(() => _app.End(token));
    }

    public void Dispose()
    {
        if (_session is not null)
            _app.End(_session);
        _session = null;
        Window.Dispose();
        _app.Dispose();
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
