using System.Globalization;
using System.Text;

namespace Profiler.Report;

/// <summary>A column of a <see cref="TextTable"/>.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Left">Aligned to the left, as text is; else to the right, as figures are.</param>
internal readonly record struct Column(string Title, bool Left = false);

/// <summary>
/// A table as wide as its cells need. Where the line is too short, columns are left out from the right, and cells of the first
/// one are cut with "…"; no column is ever broken.
/// </summary>
/// <param name="indent">Blanks before each line.</param>
/// <param name="gap">Blanks between columns.</param>
/// <param name="columns">From left to right.</param>
internal sealed class TextTable(int indent, int gap, params Column[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">One for each column; none for an empty line.</param>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The lines of the rows, without trailing blanks.</summary>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="titles">Begin with the headings.</param>
    public IReadOnlyList<string> Lines(int width, bool titles)
    {
        List<string[]> rows = titles ? [[.. columns.Select(c => c.Title)], .. _rows] : _rows;
        int[] widths = [.. columns.Select((_, c) => rows.Where(r => r.Length > 0).Select(r => Length(r[c])).DefaultIfEmpty().Max())];
        widths[0] = Math.Min(widths[0], Math.Max(1, width / 2));
        int shown = 1, used = indent + widths[0];
        while (shown < columns.Length && used + gap + widths[shown] <= width)
            used += gap + widths[shown++];
        return [.. rows.Select(r => Line(r, widths, shown))];
    }

    private string Line(string[] cells, int[] widths, int shown)
    {
        if (cells.Length == 0)
            return "";
        var line = new StringBuilder().Append(' ', indent);
        for (int c = 0; c < shown; c++)
        {
            string cell = c == 0 ? Cut(cells[c], widths[c]) : cells[c];
            int pad = widths[c] - Length(cell);
            line.Append(' ', c == 0 ? 0 : gap);
            _ = columns[c].Left ? line.Append(cell).Append(' ', pad) : line.Append(' ', pad).Append(cell);
        }
        return line.ToString().TrimEnd();
    }

    private static string Cut(string text, int width) =>
        Length(text) <= width ? text : new StringInfo(text).SubstringByTextElements(0, width - 1) + "…";

    private static int Length(string text) => new StringInfo(text).LengthInTextElements;
}
