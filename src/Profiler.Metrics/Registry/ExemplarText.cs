using System.Text;

namespace Profiler.Metrics.Registry;

/// <summary>
/// Makes a value safe for an exemplar label. prometheus-net writes it without escaping, in ASCII. It throws if name and value
/// exceed the 128 characters that OpenMetrics allows.
/// </summary>
internal static class ExemplarText
{
    /// <summary>Maximum length of a value in characters, including escapes.</summary>
    public const int MaxLength = 96;

    /// <summary>
    /// The value with quotes, backslashes and line feeds escaped, non-ASCII replaced, and cut to the maximum length.
    /// </summary>
    public static string Escaped(string value)
    {
        if (value.Length <= MaxLength && !value.AsSpan().ContainsAnyExceptInRange(' ', '~') && !value.AsSpan().ContainsAny('"', '\\'))
            return value;
        var text = new StringBuilder(MaxLength);
        foreach (Rune rune in value.EnumerateRunes())
        {
            string next = rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                >= ' ' and <= '~' => rune.ToString(),
                _ => "?",
            };
            if (text.Length + next.Length > MaxLength)
                break;
            text.Append(next);
        }
        return text.ToString();
    }
}
