using Profiler.Core.Capture;

namespace Profiler.Tui;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Width">Cells; 0 for a share of what the others leave.</param>
/// <param name="Text">What stands in it for a row.</param>
/// <param name="Right">Its text stands at the right, as numbers do.</param>
/// <param name="From">It is left out where the table has fewer cells than this.</param>
internal sealed record Column<TRow>(
    string Title, int Width, Func<TRow, ProfileState, string> Text, bool Right = false, int From = 0)
{
    /// <summary>How a row's cell looks; plain where null.</summary>
    public Func<TRow, Ink>? Ink { get; init; }
}

/// <summary>A heading and rows, one line each; only what is seen is looked at.</summary>
/// <param name="columns">From left to right.</param>
internal sealed class Table<TRow>(params Column<TRow>[] columns)
{
    private const int Gap = 2;
    private const int LeastShare = 8;

    /// <summary>Draws the heading and the rows around the chosen one.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="area">Which part of it.</param>
    /// <param name="state">What the rows are of.</param>
    /// <param name="rows">All of them, in order.</param>
    /// <param name="chosen">The row that is chosen; null if none can be: then the first are shown.</param>
    /// <returns>How many lines it took.</returns>
    public int Draw(Canvas canvas, Area area, ProfileState state, ReadOnlySpan<TRow> rows, int? chosen)
    {
        if (area.Height <= 0)
            return 0;
        canvas.Fill(area.X, area.Y, area.Width, ' ', Ink.Inverse);
        Span<int> ends = stackalloc int[columns.Length];
        Place(area, ends);
        for (int c = 0; c < columns.Length; c++)
            Cell(canvas, ends, c, area.Y, columns[c].Title, Ink.Inverse, area.X);
        Area body = area.Below(1);
        if (rows.IsEmpty)
        {
            canvas.Write(body.X, body.Y, body.Height > 0 ? "none" : "", Ink.Faint, body.Right);
            return Math.Min(area.Height, 2);
        }
        bool all = rows.Length <= body.Height;
        // Where something is left out, the last line says how much.
        int shown = all ? rows.Length : Math.Max(0, body.Height - 1);
        int first = all || chosen is null ? 0 : Math.Clamp(chosen.Value - shown / 2, 0, rows.Length - shown);
        for (int i = 0; i < shown; i++)
        {
            for (int c = 0; c < columns.Length; c++)
                Cell(canvas, ends, c, body.Y + i, columns[c].Text(rows[first + i], state), columns[c].Ink?.Invoke(rows[first + i]) ?? Ink.Plain, body.X);
            if (first + i == chosen)
                canvas.Dye(body.Y + i, Ink.Inverse);
        }
        if (!all && body.Height > 0)
            canvas.Write(body.X, body.Bottom - 1, More(first, rows.Length - first - shown), Ink.Faint, body.Right);
        return 1 + Math.Min(rows.Length, body.Height);
    }

    private static string More(int above, int below) => (above, below) switch
    {
        (0, _) => $"and {below} more",
        (_, 0) => $"and {above} above",
        _ => $"and {above} above, {below} more",
    };

    private void Cell(Canvas canvas, Span<int> ends, int c, int y, string text, Ink ink, int begin)
    {
        if (ends[c] < 0)
            return;
        int from = begin;
        for (int before = c - 1; before >= 0; before--)
        {
            if (ends[before] >= 0)
            {
                from = ends[before] + Gap;
                break;
            }
        }
        if (columns[c].Right)
            canvas.WriteRight(ends[c], y, text, ink, from);
        else
            canvas.Write(from, y, text, ink, ends[c]);
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
                width = Math.Max(LeastShare, rest / sharers + odd);
                odd = 0;
            }
            ends[c] = Math.Min(area.Right, x + width);
            x += width + Gap;
        }
    }
}
