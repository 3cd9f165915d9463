using System.Collections.Immutable;

namespace Profiler.Tui.Drawing;

/// <summary>Selectable lines of a section.</summary>
internal enum Selectable
{
    None,

    /// <summary>The first line, which represents all of them.</summary>
    First,
    Each,
}

/// <summary>Lines of one kind; only visible lines are drawn.</summary>
/// <param name="Count">Number of lines.</param>
/// <param name="Draw">Draws one line: takes the canvas, its area and its index.</param>
/// <param name="Selectable">Selectable lines.</param>
internal sealed record Section(int Count, Action<Canvas, Area, int> Draw, Selectable Selectable = Selectable.None)
{
    /// <summary>A section of text lines.</summary>
    public static Section Of(params ImmutableArray<Line> lines) => new(lines.Length, (canvas, area, i) => lines[i].Draw(canvas, area));

    /// <summary>Number of selectable rows.</summary>
    public int Rows => Selectable switch
    {
        Selectable.Each => Count,
        Selectable.First => Math.Min(1, Count),
        _ => 0,
    };
}

/// <summary>Scrollable list of sections.</summary>
internal static class Sections
{
    /// <summary>Total number of lines.</summary>
    public static int Lines(IReadOnlyList<Section> sections) => sections.Sum(s => s.Count);

    /// <summary>Total number of selectable rows.</summary>
    public static int Rows(IReadOnlyList<Section> sections) => sections.Sum(s => s.Rows);

    /// <summary>Draws the lines around the selected row.</summary>
    /// <param name="selected">Index of the row; clamped to the valid range.</param>
    /// <returns>Number of lines used.</returns>
    public static int DrawSelected(Canvas canvas, Area area, IReadOnlyList<Section> sections, int selected)
    {
        int lines = Lines(sections), at = LineOf(sections, selected);
        int top = at < area.Height * 2 / 3 ? 0 : at - area.Height / 2;
        return Draw(canvas, area, sections, top, lines, Math.Clamp(selected, 0, Math.Max(0, Rows(sections) - 1)));
    }

    /// <summary>Draws the lines from a scroll position on.</summary>
    /// <returns>Number of lines used.</returns>
    public static int DrawScrolled(Canvas canvas, Area area, IReadOnlyList<Section> sections, int scrolled) =>
        Draw(canvas, area, sections, scrolled, Lines(sections), -1);

    private static int Draw(Canvas canvas, Area area, IReadOnlyList<Section> sections, int top, int lines, int selected)
    {
        if (area.Height <= 0)
            return 0;
        top = Math.Clamp(top, 0, Math.Max(0, lines - area.Height));
        bool all = lines <= area.Height;
        Area text = all ? area : area.Left(area.Width - 1);
        int begin = 0, row = 0;
        foreach (Section section in sections)
        {
            for (int i = Math.Max(0, top - begin); i < section.Count && begin + i < top + area.Height; i++)
            {
                Area line = new(text.X, text.Y + begin + i - top, text.Width, 1);
                section.Draw(canvas, line, i);
                if (section.Selectable == Selectable.None)
                    continue;
                int index = row + (section.Selectable == Selectable.Each ? i : 0);
                canvas.Mark(line, new Hit(HitKind.Row, index));
                if (index == selected && (section.Selectable == Selectable.Each || i == 0))
                    canvas.Dye(line, Style.Selected);
            }
            begin += section.Count;
            row += section.Rows;
        }
        if (!all)
            Bar(canvas, area, top, lines);
        return Math.Min(area.Height, lines);
    }

    // Scroll bar at the right.
    private static void Bar(Canvas canvas, Area area, int top, int lines)
    {
        int thumb = Math.Max(1, area.Height * area.Height / lines), room = area.Height - thumb;
        int from = lines == area.Height ? 0 : (int)Math.Round((double)room * top / (lines - area.Height));
        for (int y = 0; y < area.Height; y++)
            canvas.Fill(area.Right - 1, area.Y + y, 1, y >= from && y < from + thumb ? '┃' : ' ', Style.Faint);
    }

    private static int LineOf(IReadOnlyList<Section> sections, int selected)
    {
        int line = 0, row = 0;
        foreach (Section section in sections)
        {
            if (selected < row + section.Rows)
                return line + (section.Selectable == Selectable.Each ? Math.Max(0, selected - row) : 0);
            row += section.Rows;
            line += section.Count;
        }
        return selected <= 0 ? 0 : line;
    }
}
