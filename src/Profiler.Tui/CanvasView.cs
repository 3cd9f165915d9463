using Profiler.Tui.Drawing;
using Profiler.Tui.Terminal;
using Terminal.Gui.Drawing;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;

namespace Profiler.Tui;

/// <summary>A canvas as a view of the library.</summary>
/// <remarks>
/// It writes to the driver's cells itself, whole lines and only those that differ: the library's AddStr segments, measures
/// and allocates about a kilobyte for each cell, and its output sends a cursor position for each clean cell in a line that
/// has changed ones.
/// </remarks>
internal sealed class CanvasView : View
{
    private readonly Palette _palette;
    private readonly Graphemes _graphemes;

    /// <param name="palette">How styles look.</param>
    /// <param name="kind">What the terminal can do.</param>
    public CanvasView(Palette palette, TerminalKind kind)
    {
        (_palette, _graphemes) = (palette, new Graphemes(kind.Unicode));
        CanFocus = true;
        KeyBindings.Clear();
        MouseBindings.Clear();
    }

    /// <summary>What is to be seen.</summary>
    public Canvas Canvas { get; } = new(1, 1);

    /// <summary>A click on a cell, or the wheel.</summary>
    public event Action<Mouse>? Clicked;

    /// <summary>Binds keys to what they do.</summary>
    public void Bind(Action<ViewCommand> run)
    {
        foreach (KeyBinding binding in Tui.KeyBindings.All)
        {
            Command command = Tui.KeyBindings.Of(binding.Command);
            AddCommand(command, _ =>
            {
                run(binding.Command);
                return true;
            });
            foreach (string key in binding.Keys)
                KeyBindings.Add(Tui.KeyBindings.KeyOf(key), command);
        }
    }

    /// <summary>What is on the screen differs from the canvas.</summary>
    public bool Differs()
    {
        if (App?.Driver?.Contents is not { } cells)
            return false;
        for (int y = 0; y < Lines(cells); y++)
        {
            if (Differs(cells, y))
                return true;
        }
        return false;
    }

    // It is written as a whole.
    protected override bool OnClearingViewport() => true;

    protected override bool OnDrawingContent(DrawContext? context)
    {
        if (App?.Driver is not { Contents: { } cells } driver)
            return true;
        bool[] dirty = driver.GetOutputBuffer().DirtyLines;
        Region? clip = driver.Clip;
        for (int y = 0; y < Lines(cells); y++)
        {
            if (!Differs(cells, y))
                continue;
            ReadOnlySpan<int> runes = Canvas.Runes(y);
            ReadOnlySpan<Style> styles = Canvas.Styles(y);
            for (int x = 0; x < Columns(cells); x++)
            {
                // A dialog in front.
                if (clip is not null && !clip.Contains(x, y))
                    continue;
                ref Cell cell = ref cells[y, x];
                cell.Grapheme = _graphemes.Of(runes[x]);
                cell.Attribute = _palette.Of(styles[x]);
                cell.IsDirty = true;
            }
            dirty[y] = true;
        }
        return true;
    }

    protected override bool OnMouseEvent(Mouse mouse)
    {
        if (!mouse.IsSingleClicked && !mouse.IsWheel)
            return false;
        Clicked?.Invoke(mouse);
        return true;
    }

    private int Lines(Cell[,] cells) => Math.Min(Canvas.Height, cells.GetLength(0));

    private int Columns(Cell[,] cells) => Math.Min(Canvas.Width, cells.GetLength(1));

    private bool Differs(Cell[,] cells, int y)
    {
        ReadOnlySpan<int> runes = Canvas.Runes(y);
        ReadOnlySpan<Style> styles = Canvas.Styles(y);
        for (int x = 0; x < Columns(cells); x++)
        {
            ref Cell cell = ref cells[y, x];
            string grapheme = _graphemes.Of(runes[x]);
            if ((!ReferenceEquals(cell.Grapheme, grapheme) && cell.Grapheme != grapheme) || cell.Attribute != _palette.Of(styles[x]))
                return true;
        }
        return false;
    }
}
