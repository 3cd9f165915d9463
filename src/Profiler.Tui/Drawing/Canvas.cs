using System.Text;
using Profiler.Core.Wire;

namespace Profiler.Tui.Drawing;

/// <summary>
/// A screen's worth of cells to write on, used again for each frame. All text comes through here: what does not print
/// is replaced, and nothing is written outside.
/// </summary>
internal sealed class Canvas
{
    /// <summary>The second half of a wide character.</summary>
    public const int Tail = -1;

    private const char Ellipsis = '…';

    private readonly List<(Area Area, Hit Hit)> _hits = [];
    private int[] _runes = [];
    private Style[] _styles = [];

    public Canvas(int width, int height) => Begin(width, height);

    /// <summary>Cells per line.</summary>
    public int Width { get; private set; }

    /// <summary>Lines.</summary>
    public int Height { get; private set; }

    /// <summary>Empties it, for a frame of this size.</summary>
    public void Begin(int width, int height)
    {
        (Width, Height) = (Math.Max(1, width), Math.Max(1, height));
        if (_runes.Length != Width * Height)
            (_runes, _styles) = (new int[Width * Height], new Style[Width * Height]);
        Array.Fill(_runes, ' ');
        Array.Fill(_styles, Style.Plain);
        _hits.Clear();
    }

    /// <summary>A mouse click there means this; what is marked last counts.</summary>
    public void Mark(Area area, Hit hit) => _hits.Add((area, hit));

    /// <summary>What a click on a cell means; null if nothing.</summary>
    public Hit? At(int x, int y)
    {
        int last = _hits.FindLastIndex(h => h.Area.Contains(x, y));
        return last < 0 ? null : _hits[last].Hit;
    }

    /// <summary>A line's characters, cell by cell; <see cref="Tail"/> behind a wide one.</summary>
    public ReadOnlySpan<int> Runes(int y) => _runes.AsSpan(y * Width, Width);

    /// <summary>How a line's cells look.</summary>
    public ReadOnlySpan<Style> Styles(int y) => _styles.AsSpan(y * Width, Width);

    /// <summary>Writes from a cell on; what does not fit ends in an ellipsis.</summary>
    /// <param name="x">Where to begin.</param>
    /// <param name="y">On which line; outside, nothing is written.</param>
    /// <param name="text">May come from outside.</param>
    /// <param name="style">How it looks.</param>
    /// <param name="end">The first cell not to be written to; the width if it is not given.</param>
    /// <returns>The cell behind the text.</returns>
    public int Write(int x, int y, ReadOnlySpan<char> text, Style style = Style.Plain, int end = int.MaxValue)
    {
        end = Math.Min(end, Width);
        if (y < 0 || y >= Height || x < 0 || x >= end)
            return x;
        int begin = x;
        foreach (Rune one in text.EnumerateRunes())
        {
            Rune rune = one.IsAscii ? (one.Value is >= ' ' and < 0x7f ? one : new Rune('?')) : Printable.Prints(one) ? one : new Rune('?');
            int width = rune.IsAscii ? 1 : CellWidth.Of(rune);
            if (width == 0)
                continue;
            if (x + width > end)
            {
                int last = end - 1;
                if (last > begin && _runes[y * Width + last] == Tail)
                    Put(last - 1, y, ' ', style);
                Put(last, y, Ellipsis, style);
                return end;
            }
            Put(x, y, rune.Value, style);
            if (width == 2)
                Put(x + 1, y, Tail, style);
            x += width;
        }
        return x;
    }

    /// <summary>Writes so that the text ends at a cell; what does not fit ends in an ellipsis.</summary>
    /// <param name="end">The first cell behind it.</param>
    /// <param name="begin">The first cell that may be written to.</param>
    public void WriteRight(int end, int y, ReadOnlySpan<char> text, Style style = Style.Plain, int begin = 0) =>
        Write(Math.Max(begin, Math.Min(end, Width) - Cells(text)), y, text, style, end);

    /// <summary>Fills cells of a line with a character of one cell.</summary>
    public void Fill(int x, int y, int width, char with, Style style = Style.Plain)
    {
        if (y < 0 || y >= Height)
            return;
        for (int end = Math.Min(Width, x + width); x < end; x++)
            Put(x, y, with, style);
    }

    /// <summary>Changes how cells of a line look.</summary>
    public void Dye(Area line, Style style)
    {
        if (line.Y >= 0 && line.Y < Height && line.X < Width)
            _styles.AsSpan(line.Y * Width + line.X, Math.Min(line.Width, Width - line.X)).Fill(style);
    }

    /// <summary>How many cells a text takes.</summary>
    public static int Cells(ReadOnlySpan<char> text)
    {
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
            cells += Printable.Prints(rune) ? CellWidth.Of(rune) : 1;
        return cells;
    }

    /// <summary>A line as text, for tests and people.</summary>
    public string Line(int y)
    {
        var line = new StringBuilder(Width);
        foreach (int rune in Runes(y))
        {
            if (rune != Tail)
                line.Append(new Rune(rune));
        }
        return line.ToString();
    }

    private void Put(int x, int y, int rune, Style style) => (_runes[y * Width + x], _styles[y * Width + x]) = (rune, style);
}
