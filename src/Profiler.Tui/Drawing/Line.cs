using System.Collections.Immutable;

namespace Profiler.Tui.Drawing;

/// <summary>Text of one style.</summary>
/// <param name="Text">May come from an untrusted source.</param>
/// <param name="Style">Style of the text.</param>
internal readonly record struct StyledText(string Text, Style Style);

/// <summary>A line of text with several styles.</summary>
/// <param name="Texts">From left to right.</param>
internal sealed record Line(params ImmutableArray<StyledText> Texts)
{
    /// <summary>An empty line.</summary>
    public static readonly Line Empty = new();

    /// <summary>A line of one style.</summary>
    public static Line Of(string text, Style style = Style.Plain) => new(new StyledText(text, style));

    /// <summary>Wraps words at a width; all lines but the first are indented.</summary>
    public static IEnumerable<Line> Wrap(string text, int width, Style style = Style.Plain, string first = "", string others = "")
    {
        string line = first;
        bool empty = true;
        foreach (string word in text.Split(' '))
        {
            if (!empty && Canvas.Cells(line) + 1 + Canvas.Cells(word) > width)
            {
                yield return Of(line, style);
                (line, empty) = (others, true);
            }
            line += empty ? word : " " + word;
            empty = false;
        }
        yield return Of(line, style);
    }

    /// <summary>Draws the line at the top of an area.</summary>
    public void Draw(Canvas canvas, Area area)
    {
        int x = area.X;
        foreach (StyledText piece in Texts)
            x = canvas.Write(x, area.Y, piece.Text, piece.Style, area.Right);
    }
}
