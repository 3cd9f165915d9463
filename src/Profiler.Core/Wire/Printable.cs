using System.Globalization;
using System.Text;

namespace Profiler.Core.Wire;

/// <summary>
/// Text from outside (names of virtual machines and threads, whatever a recording or a command line says) made fit to be
/// shown: nothing in it moves the cursor, changes colours, breaks the line or reverses its direction. Applied where text
/// comes in, so that nothing behind has to think of it.
/// </summary>
public static class Printable
{
    /// <summary>How many characters of a text are kept unless more are asked for; no name is nearly as long.</summary>
    public const int Longest = 1024;

    private const char Ellipsis = '…';

    /// <summary>The text with each character that does not print replaced by '?', and cut where it is too long.</summary>
    /// <param name="text">May be anything.</param>
    /// <param name="longest">How many characters (UTF-16) are kept; what is longer ends in an ellipsis.</param>
    public static string Clean(string text, int longest = Longest)
    {
        if (text.Length <= longest && AllPrint(text))
            return text;
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > longest)
                return clean.Append(Ellipsis).ToString();
            if (Prints(rune))
                clean.Append(rune);
            else
                clean.Append('?');
        }
        return clean.ToString();
    }

    /// <summary>The same, of several lines that stay lines.</summary>
    public static string CleanLines(string text, int longest) =>
        string.Join('\n', text.Split('\n').Select(line => Clean(line.TrimEnd('\r'), longest)));

    /// <summary>It takes its place and does nothing else. Half a surrogate pair comes out of EnumerateRunes as U+FFFD.</summary>
    public static bool Prints(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or
        UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static bool AllPrint(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii ? rune.Value is < ' ' or 0x7f : !Prints(rune))
                return false;
        }
        return true;
    }
}
