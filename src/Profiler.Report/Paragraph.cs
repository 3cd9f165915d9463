using System.Text;

namespace Profiler.Report;

/// <summary>Text in lines of a width.</summary>
internal static class Paragraph
{
    /// <summary>Breaks between words; the first line begins with one text, the others with another.</summary>
    public static void Append(StringBuilder text, string words, int width, string first, string others)
    {
        var line = new StringBuilder(first);
        bool empty = true;
        foreach (string word in words.Split(' '))
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
}
