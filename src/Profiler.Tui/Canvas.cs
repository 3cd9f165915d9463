using System.Text;
using Profiler.Core.Wire;

namespace Profiler.Tui;

/// <summary>
/// A screen's worth of cells to write on, used again for each frame. All text comes through here: what does not print
/// is replaced, and nothing is written outside.
/// </summary>
public sealed class Canvas
{
    /// <summary>The second half of a wide character.</summary>
    public const int Tail = -1;

    private const char Ellipsis = '…';

    private int[] _runes = [];
    private Ink[] _inks = [];

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
            (_runes, _inks) = (new int[Width * Height], new Ink[Width * Height]);
        Array.Fill(_runes, ' ');
        Array.Fill(_inks, Ink.Plain);
    }

    /// <summary>A line's characters, cell by cell; <see cref="Tail"/> behind a wide one.</summary>
    public ReadOnlySpan<int> Runes(int y) => _runes.AsSpan(y * Width, Width);

    /// <summary>How a line's cells look.</summary>
    public ReadOnlySpan<Ink> Inks(int y) => _inks.AsSpan(y * Width, Width);

    /// <summary>Writes from a cell on; what does not fit ends in an ellipsis.</summary>
    /// <param name="x">Where to begin.</param>
    /// <param name="y">On which line; outside, nothing is written.</param>
    /// <param name="text">May come from outside.</param>
    /// <param name="ink">How it looks.</param>
    /// <param name="end">The first cell not to be written to; the width if it is not given.</param>
    /// <returns>The cell behind the text.</returns>
    public int Write(int x, int y, ReadOnlySpan<char> text, Ink ink = Ink.Plain, int end = int.MaxValue)
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
                    Put(last - 1, y, ' ', ink);
                Put(last, y, Ellipsis, ink);
                return end;
            }
            Put(x, y, rune.Value, ink);
            if (width == 2)
                Put(x + 1, y, Tail, ink);
            x += width;
        }
        return x;
    }

    /// <summary>Writes so that the text ends at a cell; what does not fit ends in an ellipsis.</summary>
    /// <param name="end">The first cell behind it.</param>
    /// <param name="begin">The first cell that may be written to.</param>
    public void WriteRight(int end, int y, ReadOnlySpan<char> text, Ink ink = Ink.Plain, int begin = 0) =>
        Write(Math.Max(begin, Math.Min(end, Width) - Cells(text)), y, text, ink, end);

    /// <summary>Fills cells of a line with a character of one cell.</summary>
    public void Fill(int x, int y, int width, char with, Ink ink = Ink.Plain)
    {
        if (y < 0 || y >= Height)
            return;
        for (int end = Math.Min(Width, x + width); x < end; x++)
            Put(x, y, with, ink);
    }

    /// <summary>Changes how a whole line looks.</summary>
    public void Dye(int y, Ink ink)
    {
        if (y >= 0 && y < Height)
            _inks.AsSpan(y * Width, Width).Fill(ink);
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

    private void Put(int x, int y, int rune, Ink ink) => (_runes[y * Width + x], _inks[y * Width + x]) = (rune, ink);
}
