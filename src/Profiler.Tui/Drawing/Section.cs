using System.Collections.Immutable;

namespace Profiler.Tui.Drawing;

/// <summary>Which lines of a section can be selected.</summary>
internal enum Selectable
{
    None,

    /// <summary>The first line, for all of them.</summary>
    First,
    Each,
}

/// <summary>Lines of one kind; only those that are seen are drawn.</summary>
/// <param name="Count">How many.</param>
/// <param name="Draw">Draws one of them: where to, and which.</param>
/// <param name="Selectable">Which can be selected.</param>
internal sealed record Section(int Count, Action<Canvas, Area, int> Draw, Selectable Selectable = Selectable.None)
{
    /// <summary>Text.</summary>
    public static Section Of(params ImmutableArray<Line> lines) => new(lines.Length, (canvas, area, i) => lines[i].Draw(canvas, area));

    /// <summary>How many rows of it can be selected.</summary>
    public int Rows => Selectable switch
    {
        Selectable.Each => Count,
        Selectable.First => Math.Min(1, Count),
        _ => 0,
    };
}

/// <summary>Sections one below the other, scrolled.</summary>
internal static class Sections
{
    /// <summary>How many lines they have.</summary>
    public static int Lines(IReadOnlyList<Section> sections) => sections.Sum(s => s.Count);

    /// <summary>How many rows of them can be selected.</summary>
    public static int Rows(IReadOnlyList<Section> sections) => sections.Sum(s => s.Rows);

    /// <summary>Draws those lines that are seen when the selected row is.</summary>
    /// <param name="selected">Which row; outside, the nearest.</param>
    /// <returns>How many lines it took.</returns>
    public static int DrawSelected(Canvas canvas, Area area, IReadOnlyList<Section> sections, int selected)
    {
        int lines = Lines(sections), at = LineOf(sections, selected);
        int top = at < area.Height * 2 / 3 ? 0 : at - area.Height / 2;
        return Draw(canvas, area, sections, top, lines, Math.Clamp(selected, 0, Math.Max(0, Rows(sections) - 1)));
    }

    /// <summary>Draws what is left when lines are scrolled past.</summary>
    /// <returns>How many lines it took.</returns>
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

    // How far one has scrolled, at the right.
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
