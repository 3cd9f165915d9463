using System.Globalization;
using System.Text;

namespace Profiler.Core.Wire;

/// <summary>
/// Makes untrusted text (names of VMs and threads, recordings, command lines) safe to print. The result cannot move the cursor,
/// change colours, break the line or reverse its direction. Applied at input, so that later code need not check again.
/// </summary>
public static class Printable
{
    /// <summary>Default maximum length of a text, characters; no real name is nearly as long.</summary>
    public const int Longest = 1024;

    private const char Ellipsis = '…';

    /// <summary>The text with each non-printable character replaced by '?', cut to the maximum length.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="longest">Maximum number of characters (UTF-16); longer text ends in an ellipsis.</param>
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

    /// <summary>The same for multi-line text; line breaks are kept.</summary>
    public static string CleanLines(string text, int longest) =>
        string.Join('\n', text.Split('\n').Select(line => Clean(line.TrimEnd('\r'), longest)));

    /// <summary>The character only occupies its cell. EnumerateRunes returns half a surrogate pair as U+FFFD.</summary>
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
