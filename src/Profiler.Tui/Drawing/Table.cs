using Profiler.Core.Capture;

namespace Profiler.Tui.Drawing;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Width">Cells; 0 for a share of what the others leave.</param>
/// <param name="Text">What stands in it for a row, with its unit.</param>
/// <param name="Right">Its text stands at the right, as numbers do.</param>
/// <param name="From">It is left out where the table has fewer cells than this.</param>
internal sealed record Column<TRow>(string Title, int Width, Func<TRow, ProfileState, string> Text, bool Right = false, int From = 0)
{
    /// <summary>Which of two rows has less of it; null if rows cannot be sorted by it.</summary>
    public Comparison<TRow>? Compare { get; init; }

    /// <summary>Sorted by it, the row with the most comes first unless that is reversed.</summary>
    public bool Descending { get; init; } = Right;

    /// <summary>How a row's cell looks; plain where null.</summary>
    public Func<TRow, Style>? Style { get; init; }
}

/// <summary>A heading and rows, one line each.</summary>
/// <param name="columns">From left to right.</param>
internal sealed class Table<TRow>(params Column<TRow>[] columns)
{
    private const int Gap = 2, MinShare = 8;

    /// <summary>From left to right.</summary>
    public IReadOnlyList<Column<TRow>> Columns => columns;

    /// <summary>Draws the heading.</summary>
    /// <param name="sorted">The column that rows are sorted by; -1 if none is.</param>
    /// <param name="reversed">The other way round.</param>
    /// <param name="canBeSorted">A click on a title sorts.</param>
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
                // The mark stands in the gap, so that titles do not move.
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

    // The end of each column, -1 if it is left out. What those of a fixed width leave is shared by the others.
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
