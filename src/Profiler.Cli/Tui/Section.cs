using Spectre.Console;
using Spectre.Console.Rendering;

namespace Profiler.Cli.Tui;

/// <summary>A part of the frame: a heading and rows, one line each.</summary>
/// <param name="Columns">From left to right.</param>
/// <param name="Rows">A cell for each column.</param>
internal sealed record Section(IReadOnlyList<Column> Columns, IReadOnlyList<Cell[]> Rows)
{
    private const int Gap = 2;
    private const int LeastShare = 8;

    private static readonly Style Heading = new(decoration: Decoration.Invert);
    private static readonly Style Faint = new(decoration: Decoration.Dim);

    /// <summary>How many lines it would have, the heading included.</summary>
    public int Height => 1 + Math.Max(1, Rows.Count);

    /// <summary>The heading and as many rows as fit; if there are more, the last line says how many.</summary>
    /// <param name="width">Terminal cells per line; on a very narrow terminal the lines are longer.</param>
    /// <param name="height">How many lines at most.</param>
    public IEnumerable<IReadOnlyList<Segment>> Lines(int width, int height)
    {
        int[] widths = Widths(width);
        int shown = Height <= height ? Rows.Count : Math.Max(0, height - 2);
        IEnumerable<IReadOnlyList<Segment>> lines =
        [
            Line([.. Columns.Select(c => new Cell(c.Title, Heading))], widths, Heading),
            .. Rows.Take(shown).Select(row => Line(row, widths, Style.Plain)),
        ];
        if (Rows.Count == 0)
            lines = lines.Append([new Segment("none", Faint)]);
        else if (shown < Rows.Count)
            lines = lines.Append([new Segment($"and {Rows.Count - shown} more", Faint)]);
        return lines.Take(height);
    }

    private List<Segment> Line(Cell[] cells, int[] widths, Style gaps)
    {
        var line = new List<Segment>();
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Add(new Segment(new string(' ', Gap), gaps));
            line.AddRange(cells[i].Fit(widths[i], Columns[i].Right, gaps));
        }
        return line;
    }

    // What the columns of a fixed width leave is shared by the others; the first of them gets what does not divide.
    private int[] Widths(int width)
    {
        int sharers = Columns.Count(c => c.Width == 0);
        int rest = width - Gap * (Columns.Count - 1) - Columns.Sum(c => c.Width);
        int odd = sharers == 0 ? 0 : Math.Max(0, rest % sharers);
        return [.. Columns.Select(c =>
        {
            if (c.Width > 0)
                return c.Width;
            int share = Math.Max(LeastShare, rest / sharers + odd);
            odd = 0;
            return share;
        })];
    }
}
