using System.Text;

namespace Profiler.Metrics.Registry;

/// <summary>
/// Makes a value fit for an exemplar's label. prometheus-net writes it as it is, in ASCII, and throws where name and value
/// have more than the 128 characters that OpenMetrics allows.
/// </summary>
internal static class ExemplarText
{
    /// <summary>Characters of a value at most, escapes included.</summary>
    public const int MaxLength = 96;

    /// <summary>The value with quotes, backslashes and line feeds escaped, other than ASCII replaced, and cut if too long.</summary>
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
