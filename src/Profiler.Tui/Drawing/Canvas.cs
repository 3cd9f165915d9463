using System.Text;
using Profiler.Core.Wire;

namespace Profiler.Tui.Drawing;

/// <summary>
/// The cells of a screen, reused for each frame. All text is written through it: unprintable characters are replaced,
/// and writes outside are ignored.
/// </summary>
internal sealed class Canvas
{
    /// <summary>Second half of a wide character.</summary>
    public const int Tail = -1;

    private const char Ellipsis = '…';

    private readonly List<(Area Area, Hit Hit)> _hits = [];
    private int[] _runes = [];
    private Style[] _styles = [];

    public Canvas(int width, int height) => Begin(width, height);

    /// <summary>Columns.</summary>
    public int Width { get; private set; }

    /// <summary>Lines.</summary>
    public int Height { get; private set; }

    /// <summary>Clears the canvas and sets the size of the frame.</summary>
    public void Begin(int width, int height)
    {
        (Width, Height) = (Math.Max(1, width), Math.Max(1, height));
        if (_runes.Length != Width * Height)
            (_runes, _styles) = (new int[Width * Height], new Style[Width * Height]);
        Array.Fill(_runes, ' ');
        Array.Fill(_styles, Style.Plain);
        _hits.Clear();
    }

    /// <summary>Assigns a mouse click in an area; the last assignment wins.</summary>
    public void Mark(Area area, Hit hit) => _hits.Add((area, hit));

    /// <summary>The action of a click on a cell; null if none.</summary>
    public Hit? At(int x, int y)
    {
        int last = _hits.FindLastIndex(h => h.Area.Contains(x, y));
        return last < 0 ? null : _hits[last].Hit;
    }

    /// <summary>Characters of a line, one per cell; <see cref="Tail"/> after a wide one.</summary>
    public ReadOnlySpan<int> Runes(int y) => _runes.AsSpan(y * Width, Width);

    /// <summary>Styles of a line, one per cell.</summary>
    public ReadOnlySpan<Style> Styles(int y) => _styles.AsSpan(y * Width, Width);

    /// <summary>Writes text from a cell on; longer text is cut and ends in an ellipsis.</summary>
    /// <param name="x">First column.</param>
    /// <param name="y">Line; nothing is written outside of the canvas.</param>
    /// <param name="text">May come from an untrusted source.</param>
    /// <param name="style">Style of the text.</param>
    /// <param name="end">First column after the allowed range; default is the canvas width.</param>
    /// <returns>The column after the text.</returns>
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

    /// <summary>Writes text that ends at a cell; longer text is cut and ends in an ellipsis.</summary>
    /// <param name="end">First column after the text.</param>
    /// <param name="begin">First allowed column.</param>
    public void WriteRight(int end, int y, ReadOnlySpan<char> text, Style style = Style.Plain, int begin = 0) =>
        Write(Math.Max(begin, Math.Min(end, Width) - Cells(text)), y, text, style, end);

    /// <summary>Fills cells of a line with a character that is one cell wide.</summary>
    public void Fill(int x, int y, int width, char with, Style style = Style.Plain)
    {
        if (y < 0 || y >= Height)
            return;
        for (int end = Math.Min(Width, x + width); x < end; x++)
            Put(x, y, with, style);
    }

    /// <summary>Changes the style of the cells of a line.</summary>
    public void Dye(Area line, Style style)
    {
        if (line.Y >= 0 && line.Y < Height && line.X < Width)
            _styles.AsSpan(line.Y * Width + line.X, Math.Min(line.Width, Width - line.X)).Fill(style);
    }

    /// <summary>Width of a text in cells.</summary>
    public static int Cells(ReadOnlySpan<char> text)
    {
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
            cells += Printable.Prints(rune) ? CellWidth.Of(rune) : 1;
        return cells;
    }

    /// <summary>A line as text, for tests.</summary>
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
