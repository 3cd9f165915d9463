using Profiler.Tui.Drawing;
using Profiler.Tui.Terminal;
using Terminal.Gui.Drawing;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;

namespace Profiler.Tui;

/// <summary>Shows a canvas as a view of the terminal library.</summary>
/// <remarks>
/// It updates the driver's cells itself and sends the changes through the library's output in one write. The library's
/// AddStr allocates about 1 KB per cell. The library's own output allocates a third of that per changed cell. In a line with
/// changed cells it also sends a cursor position, in a separate write, for each unchanged cell.
/// </remarks>
internal sealed class CanvasView : View
{
    private readonly Palette _palette;
    private readonly Graphemes _graphemes;
    private readonly LineWriter _writer;

    /// <param name="palette">Colours of the styles.</param>
    /// <param name="kind">Capabilities of the terminal.</param>
    public CanvasView(Palette palette, TerminalKind kind)
    {
        (_palette, _graphemes) = (palette, new Graphemes(kind.Unicode));
        _writer = new LineWriter(palette, _graphemes);
        CanFocus = true;
        KeyBindings.Clear();
        MouseBindings.Clear();
    }

    /// <summary>The canvas to show.</summary>
    public Canvas Canvas { get; } = new(1, 1);

    /// <summary>A click on a cell, or a turn of the wheel.</summary>
    public event Action<Mouse>? Clicked;

    /// <summary>Binds keys to commands.</summary>
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

    /// <summary>True if the screen differs from the canvas.</summary>
    public bool Differs()
    {
        if (App?.Driver?.Contents is not { } cells)
            return false;
        for (int y = 0; y < Lines(cells); y++)
        {
            if (Changed(cells, y) is var (first, last) && first <= last)
                return true;
        }
        return false;
    }

    // Every cell is drawn anyway.
    protected override bool OnClearingViewport() => true;

    protected override bool OnDrawingContent(DrawContext? context)
    {
        if (App?.Driver is not { Contents: { } cells } driver)
            return true;
        for (int y = 0; y < Lines(cells); y++)
        {
            (int first, int last) = Changed(cells, y);
            if (first <= last)
                Update(driver, cells, y, first, last);
        }
        ForgetCleanLines(driver, cells);
        if (_writer.Take() is { IsEmpty: false } text)
            driver.GetOutput().Write(text);
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

    private void Update(IDriver driver, Cell[,] cells, int y, int first, int last)
    {
        ReadOnlySpan<int> runes = Canvas.Runes(y);
        ReadOnlySpan<Style> styles = Canvas.Styles(y);
        // The library itself sends a line after a resize or a closed dialog; of a line behind a dialog, only the visible part.
        bool byLibrary = !IsOurs(driver, cells, y);
        for (int x = first; x <= last; x++)
        {
            if (driver.Clip is { } clip && !clip.Contains(x, y))
                continue;
            ref Cell cell = ref cells[y, x];
            cell.Grapheme = _graphemes.Of(runes[x]);
            cell.Attribute = _palette.Of(styles[x]);
            cell.IsDirty |= byLibrary;
        }
        if (byLibrary)
            driver.GetOutputBuffer().DirtyLines[y] = true;
        else
            _writer.Add(first, y, runes[first..(last + 1)], styles[first..(last + 1)]);
    }

    // The library never clears its dirty lines: it would send a cursor position for each of their cells in every frame.
    private static void ForgetCleanLines(IDriver driver, Cell[,] cells)
    {
        bool[] marked = driver.GetOutputBuffer().DirtyLines;
        for (int y = 0; y < Math.Min(marked.Length, cells.GetLength(0)); y++)
        {
            bool dirty = false;
            for (int x = 0; !dirty && x < cells.GetLength(1); x++)
                dirty = cells[y, x].IsDirty;
            marked[y] = dirty;
        }
    }

    private bool IsOurs(IDriver driver, Cell[,] cells, int y)
    {
        for (int x = 0; x < Columns(cells); x++)
        {
            if (cells[y, x].IsDirty || driver.Clip?.Contains(x, y) == false)
                return false;
        }
        return true;
    }

    // First and last changed cell of a line; includes both halves of a wide character.
    private (int First, int Last) Changed(Cell[,] cells, int y)
    {
        int columns = Columns(cells), first = 0, last = columns - 1;
        while (first < columns && IsShown(cells, y, first))
            first++;
        while (last > first && IsShown(cells, y, last))
            last--;
        ReadOnlySpan<int> runes = Canvas.Runes(y);
        if (first > 0 && first < columns && runes[first] == Canvas.Tail)
            first--;
        if (last + 1 < columns && runes[last + 1] == Canvas.Tail)
            last++;
        return (first, last);
    }

    private bool IsShown(Cell[,] cells, int y, int x)
    {
        ref Cell cell = ref cells[y, x];
        string grapheme = _graphemes.Of(Canvas.Runes(y)[x]);
        return (ReferenceEquals(cell.Grapheme, grapheme) || cell.Grapheme == grapheme) && cell.Attribute == _palette.Of(Canvas.Styles(y)[x]);
    }
}
