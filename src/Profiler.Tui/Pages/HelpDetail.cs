using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>Keys, pages and signs, all generated from their tables.</summary>
internal sealed record HelpDetail : Detail
{
    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        var lines = new List<Line> { Line.Of("KEYS", Style.Strong) };
        lines.AddRange(KeyBindings.All.Select(b => new Line(new StyledText($"  {b.Shown,-18} ", Style.Strong), new StyledText(b.Help, Style.Plain))));
        lines.Add(Line.Empty);
        lines.Add(Line.Of("PAGES", Style.Strong));
        foreach ((int i, Page page) in PageTable.All.Index())
            lines.AddRange(Line.Wrap(page.Help, width, Style.Plain, $"  {i + 1} {page.Title,-10} ", new string(' ', 15)));
        lines.Add(Line.Empty);
        lines.Add(Line.Of("MOUSE", Style.Strong));
        lines.Add(Line.Of("  a click selects a row, on the selected one opens it; on a column title sorts; on a tab goes there; the wheel moves"));
        lines.Add(Line.Empty);
        lines.Add(Line.Of("SIGNS", Style.Strong));
        lines.Add(new Line([new StyledText("  releases      ", Style.Plain), .. Waterfall.LegendOf("release").Texts]));
        lines.Add(new Line(
            new StyledText("  devices       ", Style.Plain), new StyledText("█", Style.Good), new StyledText(" released  ", Style.Faint),
            new StyledText("▓", Style.Reset), new StyledText(" at work  ", Style.Faint), new StyledText("▒", Style.Waiting),
            new StyledText(" waiting  ", Style.Faint), new StyledText("░ pending", Style.Faint)));
        lines.Add(Line.Of("  libvirt       full when it gives up; ┃ where it sends SIGKILL"));
        lines.Add(Line.Of("  ≥             at least: not all of it was seen"));
        return [Section.Of([.. lines])];
    }
}
