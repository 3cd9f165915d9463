using System.Globalization;
using System.Text;

namespace Profiler.Cli.Live;

/// <summary>
/// Text from outside (names of virtual machines, whatever a recording says) made fit to be shown: nothing in
/// it moves the cursor, changes colours, breaks the line or reverses its direction.
/// </summary>
internal static class Printable
{
    /// <summary>The text with each character that does not print replaced by '?'.</summary>
    public static string Clean(string text)
    {
        if (text.EnumerateRunes().All(Prints))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            clean.Append(Prints(rune) ? rune.ToString() : "?");
        return clean.ToString();
    }

    /// <summary>It takes its place and does nothing else. Half a surrogate pair comes out of EnumerateRunes as U+FFFD.</summary>
    internal static bool Prints(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or
        UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
