using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace Profiler.Tui;

/// <summary>Input line of the filter; each key press takes effect immediately.</summary>
internal sealed class FilterField : View
{
    /// <summary>Longer than any name.</summary>
    private const int MaxLength = 40;

    private readonly TextField _text = new() { X = 1, Width = MaxLength + 1 };

    public FilterField()
    {
        (Width, Height, Y, CanFocus, Visible) = (Dim.Fill(), 1, Pos.AnchorEnd(1), true, false);
        Add(new View { Text = "/", Width = 1, Height = 1 }, _text,
            new View { X = MaxLength + 4, Width = Dim.Fill(), Height = 1, Text = "Enter keeps it, Esc shows all" });
        _text.ValueChanged += (_, _) => Changed?.Invoke(_text.Text);
    }

    /// <summary>The text has changed.</summary>
    public event Action<string>? Changed;

    /// <summary>Enter or Esc was pressed.</summary>
    public event Action? Done;

    /// <summary>Starts the input and takes the focus.</summary>
    /// <param name="text">Initial text.</param>
    public void Begin(string text)
    {
        _text.Text = text;
        Visible = true;
        _text.SetFocus();
        _text.MoveEnd();
    }

    protected override bool OnKeyDown(Key key)
    {
        if (key == Key.Esc)
            _text.Text = "";
        if (key == Key.Esc || key == Key.Enter)
        {
            Visible = false;
            Done?.Invoke();
            return true;
        }
        // Rejects text beyond the maximum length, which would otherwise run a command of the page.
        return key.AsRune.Value >= ' ' && _text.Text.Length >= MaxLength;
    }
}
