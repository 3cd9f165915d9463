using Profiler.Cli.Live;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Profiler.Cli.Tui;

/// <summary>What stands in a column of a row, or on a line of its own.</summary>
/// <param name="Text">May come from outside: it is cleaned when it is drawn, and never read as markup.</param>
/// <param name="Style">Plain if null.</param>
internal readonly record struct Cell(string Text, Style? Style = null)
{
    public static implicit operator Cell(string text) => new(text);

    /// <summary>As segments of exactly so many terminal cells; what does not fit ends in an ellipsis.</summary>
    public IEnumerable<Segment> Fit(int width, bool right, Style padding)
    {
        var text = new Segment(Printable.Clean(Text), Style ?? Spectre.Console.Style.Plain);
        if (text.CellCount() > width)
            text = Shorten(text, width);
        var space = new Segment(new string(' ', Math.Max(0, width - text.CellCount())), padding);
        return right ? [space, text] : [text, space];
    }

    private static Segment Shorten(Segment text, int width) => width < 1
        ? Segment.Empty
        : new Segment((width > 1 ? Segment.Truncate(text, width - 1)?.Text : "") + "…", text.Style);
}
