using Profiler.Tui.Drawing;
using Profiler.Tui.Terminal;
using Terminal.Gui.Drawing;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace Profiler.Tui;

/// <summary>The window: the drawn screen, below it the status bar or, while it is typed, the filter. Tells what is asked for.</summary>
internal sealed class TopWindow : Runnable
{
    // Around a key and its word in the status bar.
    private const int KeySpace = 5;

    private readonly CanvasView _canvas;
    private readonly FilterField _filter = new();
    private readonly StatusBar _bar = new();
    private readonly Palette _palette;
    private string _shown = "";

    /// <param name="kind">What the terminal can do.</param>
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

    /// <summary>A key, a key's word in the status bar, or the wheel.</summary>
    public event Action<ViewCommand>? Asked;

    /// <summary>A click on something that can be clicked.</summary>
    public event Action<Hit>? Clicked;

    /// <summary>Another filter.</summary>
    public event Action<string>? FilterTyped;

    /// <summary>Columns and lines for what is drawn.</summary>
    public (int Width, int Height) Size => (Math.Max(1, _canvas.Viewport.Width), Math.Max(1, _canvas.Viewport.Height));

    /// <summary>Shows a scene; the terminal gets the lines that have changed.</summary>
    public void Show(Scene scene)
    {
        Screen.Draw(_canvas.Canvas, scene);
        ShowKeys(scene);
        if (_canvas.Differs())
            _canvas.SetNeedsDraw();
    }

    /// <summary>Has the filter typed.</summary>
    /// <param name="text">What it is so far.</param>
    public void Type(string text)
    {
        _bar.Visible = false;
        _filter.Begin(text);
    }

    /// <summary>The terminal has lost what was on it.</summary>
    public void DrawAnew()
    {
        App?.Driver?.ClearContents();
        SetNeedsDraw();
    }

    // Its views cost more than to look whether they are still the right ones.
    private void ShowKeys(Scene scene)
    {
        int room = scene.Size.Width;
        // A word that does not fit as a whole is not shown.
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
