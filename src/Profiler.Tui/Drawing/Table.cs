using Profiler.Core.Capture;

namespace Profiler.Tui.Drawing;

/// <summary>A column of a table.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Width">Cells; 0 for an equal share of the remaining width.</param>
/// <param name="Text">Text of the cell for a row, with unit.</param>
/// <param name="Right">Aligned right, as for numbers.</param>
/// <param name="From">Minimum table width in cells; a narrower table leaves the column out.</param>
internal sealed record Column<TRow>(string Title, int Width, Func<TRow, ProfileState, string> Text, bool Right = false, int From = 0)
{
    /// <summary>Compares two rows for sorting; null if the column is not sortable.</summary>
    public Comparison<TRow>? Compare { get; init; }

    /// <summary>True if the largest row comes first by default.</summary>
    public bool Descending { get; init; } = Right;

    /// <summary>Style of the cell for a row; null means plain.</summary>
    public Func<TRow, Style>? Style { get; init; }
}

/// <summary>A heading and rows, one line each.</summary>
/// <param name="columns">Columns from left to right.</param>
internal sealed class Table<TRow>(params Column<TRow>[] columns)
{
    private const int Gap = 2, MinShare = 8;

    /// <summary>Columns from left to right.</summary>
    public IReadOnlyList<Column<TRow>> Columns => columns;

    /// <summary>Draws the heading.</summary>
    /// <param name="sorted">Index of the sort column; -1 if none.</param>
    /// <param name="reversed">Reversed sort order.</param>
    /// <param name="canBeSorted">A click on a title sorts by it.</param>
    public void Heading(Canvas canvas, Area line, int sorted = -1, bool reversed = false, bool canBeSorted = false)
    {
        canvas.Fill(line.X, line.Y, line.Width, ' ', Style.Heading);
        Span<int> ends = stackalloc int[columns.Length];
        Place(line, ends);
        for (int c = 0; c < columns.Length; c++)
        {
            if (ends[c] < 0)
                continue;
            string title = c != sorted ? columns[c].Title : columns[c].Title + (columns[c].Descending == reversed ? '▲' : '▼');
            int from = Begin(ends, c, line.X);
            if (columns[c].Right)
                // The sort mark is in the gap, so that titles do not move.
                canvas.WriteRight(ends[c] + (c == sorted ? 1 : 0), line.Y, title, Style.Heading, from);
            else
                canvas.Write(from, line.Y, title, Style.Heading, ends[c]);
            if (canBeSorted && columns[c].Compare is not null)
                canvas.Mark(new Area(from, line.Y, ends[c] - from + 1, 1), new Hit(HitKind.Column, c));
        }
    }

    /// <summary>Draws a row.</summary>
    public void Row(Canvas canvas, Area line, ProfileState state, TRow row)
    {
        Span<int> ends = stackalloc int[columns.Length];
        Place(line, ends);
        for (int c = 0; c < columns.Length; c++)
        {
            if (ends[c] < 0)
                continue;
            int from = Begin(ends, c, line.X);
            Style style = columns[c].Style?.Invoke(row) ?? Style.Plain;
            if (columns[c].Right)
                canvas.WriteRight(ends[c], line.Y, columns[c].Text(row, state), style, from);
            else
                canvas.Write(from, line.Y, columns[c].Text(row, state), style, ends[c]);
        }
    }

    private static int Begin(Span<int> ends, int c, int begin)
    {
        for (int before = c - 1; before >= 0; before--)
        {
            if (ends[before] >= 0)
                return ends[before] + Gap;
        }
        return begin;
    }

    // End of each column; -1 if left out. Columns without a fixed width share the remaining width.
    private void Place(Area area, Span<int> ends)
    {
        int sharers = 0, rest = area.Width + Gap;
        foreach (Column<TRow> column in columns)
        {
            if (column.From > area.Width)
                continue;
            sharers += column.Width == 0 ? 1 : 0;
            rest -= Gap + column.Width;
        }
        int x = area.X, odd = sharers == 0 ? 0 : Math.Max(0, rest % sharers);
        for (int c = 0; c < columns.Length; c++)
        {
            ends[c] = -1;
            if (columns[c].From > area.Width)
                continue;
            int width = columns[c].Width;
            if (width == 0)
            {
                width = Math.Max(MinShare, rest / sharers + odd);
                odd = 0;
            }
            ends[c] = Math.Min(area.Right, x + width);
            x += width + Gap;
        }
    }
}
