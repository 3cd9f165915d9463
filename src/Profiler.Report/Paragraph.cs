using System.Text;

namespace Profiler.Report;

/// <summary>Text in lines of a width.</summary>
public static class Paragraph
{
    private static readonly string[] Units = ["ns", "µs", "ms", "s", "%", "GiB"];

    /// <summary>Breaks between words, but not between a figure and its unit.</summary>
    /// <param name="text">Is appended to.</param>
    /// <param name="words">One paragraph.</param>
    /// <param name="width">Longest line; a longer word has a line of its own.</param>
    /// <param name="first">The first line begins with it.</param>
    /// <param name="others">The other lines begin with it.</param>
    public static void Append(StringBuilder text, string words, int width, string first, string others)
    {
        var line = new StringBuilder(first);
        bool empty = true;
        foreach (string word in Unbreakable(words))
        {
            if (!empty && line.Length + 1 + word.Length > width)
            {
                text.Append(line).Append('\n');
                line.Clear().Append(others);
                empty = true;
            }
            line.Append(empty ? "" : " ").Append(word);
            empty = false;
        }
        text.Append(line).Append('\n');
    }

    private static IEnumerable<string> Unbreakable(string words)
    {
        string? before = null;
        foreach (string word in words.Split(' '))
        {
            if (before is [.., >= '0' and <= '9'] && Units.Contains(word.TrimEnd(',', ';', ':', '.', ')')))
            {
                before += " " + word;
                continue;
            }
            if (before is not null)
                yield return before;
            before = word;
        }
        if (before is not null)
            yield return before;
    }
}
