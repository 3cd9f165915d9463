using System.CommandLine.Parsing;
using System.Globalization;

namespace Profiler.Cli.Commands;

/// <summary>Durations on the command line: 30s, 1.5m, 2h, 500ms; a bare number is seconds.</summary>
internal static class DurationArgument
{
    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1)];

    public static TimeSpan? Parse(ArgumentResult result) => Parse(result, double.Epsilon);

    /// <summary>The same, but 0 is fine as well.</summary>
    public static TimeSpan? ParseOrZero(ArgumentResult result) => Parse(result, 0);

    private static TimeSpan? Parse(ArgumentResult result, double least)
    {
        string text = result.Tokens[0].Value;
        TimeSpan? duration = Parse(text, least);
        if (duration is null)
            result.AddError($"'{text}' is not a duration: write 30s, 5m or 2h");
        return duration;
    }

    /// <param name="text">One duration.</param>
    /// <param name="least">What it must be at least, seconds.</param>
    /// <returns>Null if it is none, or too short or long.</returns>
    public static TimeSpan? Parse(string text, double least)
    {
        foreach ((string suffix, double seconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal) &&
                double.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) &&
                value * seconds >= least && value * seconds < 1e9)
                return TimeSpan.FromSeconds(value * seconds);
        }
        return null;
    }
}
