using Profiler.Tui.Drawing;
using Profiler.Tui.Terminal;
using Terminal.Gui.Drawing;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace Profiler.Tui;

/// <summary>The window: the screen, and below it the status bar or the filter input. Raises events for commands.</summary>
internal sealed class TopWindow : Runnable
{
    // Space around a key and its label in the status bar.
    private const int KeySpace = 5;

    private readonly CanvasView _canvas;
    private readonly FilterField _filter = new();
    private readonly StatusBar _bar = new();
    private readonly Palette _palette;
    private string _shown = "";

    /// <param name="kind">Capabilities of the terminal.</param>
    public TopWindow(TerminalKind kind)
    {
        _palette = new Palette(kind);
        BorderStyle = LineStyle.None;
        (Width, Height) = (Dim.Fill(), Dim.Fill());
        SetScheme(_palette.Scheme);
        _canvas = new CanvasView(_palette, kind) { Width = Dim.Fill(), Height = Dim.Fill(1) };
        _canvas.Bind(command => Asked?.Invoke(command));
        _canvas.Clicked += Click;
        _filter.Changed += text => FilterTyped?.Invoke(text);
        _filter.Done += () =>
        {
            _bar.Visible = true;
            _canvas.SetFocus();
        };
        _bar.SetScheme(_palette.Scheme);
        if (_bar.Border is { } border)
            border.LineStyle = LineStyle.None;
        Add(_canvas, _filter, _bar);
    }

    /// <summary>A command from a key, the status bar or the wheel.</summary>
    public event Action<ViewCommand>? Asked;

    /// <summary>A click on an object with a click action.</summary>
    public event Action<Hit>? Clicked;

    /// <summary>The filter text has changed.</summary>
    public event Action<string>? FilterTyped;

    /// <summary>Columns and lines available for the screen.</summary>
    public (int Width, int Height) Size => (Math.Max(1, _canvas.Viewport.Width), Math.Max(1, _canvas.Viewport.Height));

    /// <summary>Shows a scene; only changed lines are sent to the terminal.</summary>
    public void Show(Scene scene)
    {
        Screen.Draw(_canvas.Canvas, scene);
        ShowKeys(scene);
        if (_canvas.Differs())
            _canvas.SetNeedsDraw();
    }

    /// <summary>Starts the input of the filter.</summary>
    /// <param name="text">Initial text.</param>
    public void Type(string text)
    {
        _bar.Visible = false;
        _filter.Begin(text);
    }

    /// <summary>Redraws everything, after the terminal has lost its content.</summary>
    public void DrawAnew()
    {
        App?.Driver?.ClearContents();
        SetNeedsDraw();
    }

    // Creating the status bar views costs more than checking whether they changed.
    private void ShowKeys(Scene scene)
    {
        int room = scene.Size.Width;
        // A label that does not fit as a whole is left out.
        int Needs(KeyBinding key) => Tui.KeyBindings.KeyOf(key.Keys[0]).ToString().Length + key.Label.Length + KeySpace;
        KeyBinding[] keys = [.. Tui.KeyBindings.Shown(scene).TakeWhile(key => (room -= Needs(key)) >= 0)];
        string shown = string.Join(' ', keys.Select(k => k.Label));
        if (shown == _shown)
            return;
        _shown = shown;
        foreach (View old in _bar.RemoveAll())
            old.Dispose();
        foreach (KeyBinding key in keys)
        {
            var shortcut = new Shortcut(Tui.KeyBindings.KeyOf(key.Keys[0]), key.Label, () => Asked?.Invoke(key.Command));
            _bar.Add(shortcut);
        }
    }

    private void Click(Mouse mouse)
    {
        if (mouse.IsWheel)
            Asked?.Invoke(mouse.Flags.HasFlag(MouseFlags.WheeledUp) ? ViewCommand.Up : ViewCommand.Down);
        else if (mouse.Position is { } at && _canvas.Canvas.At(at.X, at.Y) is { } hit)
            Clicked?.Invoke(hit);
    }
}
