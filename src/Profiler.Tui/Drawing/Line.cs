using System.Collections.Immutable;

namespace Profiler.Tui.Drawing;

/// <summary>A piece of a line.</summary>
/// <param name="Text">May come from outside.</param>
/// <param name="Style">How it looks.</param>
internal readonly record struct StyledText(string Text, Style Style);

/// <summary>A line of text whose parts look different.</summary>
/// <param name="Texts">From left to right.</param>
internal sealed record Line(params ImmutableArray<StyledText> Texts)
{
    /// <summary>An empty line.</summary>
    public static readonly Line Empty = new();

    /// <summary>Of one style.</summary>
    public static Line Of(string text, Style style = Style.Plain) => new(new StyledText(text, style));

    /// <summary>Words in lines of a width; all but the first are indented.</summary>
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

    /// <summary>Draws it on the first line of an area.</summary>
    public void Draw(Canvas canvas, Area area)
    {
        int x = area.X;
        foreach (StyledText piece in Texts)
            x = canvas.Write(x, area.Y, piece.Text, piece.Style, area.Right);
    }
}
