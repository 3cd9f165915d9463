using System.CommandLine.Parsing;
using Profiler.Core;

namespace Profiler.Cli.Commands.Options;

/// <summary>Durations on the command line, see <see cref="DurationText"/>.</summary>
public static class DurationArgument
{
    public static TimeSpan? Parse(ArgumentResult result) => Parse(result, double.Epsilon);

    /// <summary>The same, but 0 is fine as well.</summary>
    public static TimeSpan? ParseOrZero(ArgumentResult result) => Parse(result, 0);

    private static TimeSpan? Parse(ArgumentResult result, double least)
    {
        string text = result.Tokens[0].Value;
        TimeSpan? duration = DurationText.Parse(text, least);
        if (duration is null)
            result.AddError($"'{text}' is not a duration: write 30s, 5m or 2h");
        return duration;
    }
}
