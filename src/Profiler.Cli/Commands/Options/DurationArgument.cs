using System.CommandLine.Parsing;
using Profiler.Core;

namespace Profiler.Cli.Commands.Options;

/// <summary>Durations on the command line, see <see cref="DurationText"/>.</summary>
internal static class DurationArgument
{
    /// <summary>More than 0; null with an error added if it is not.</summary>
    public static TimeSpan? Parse(ArgumentResult result) => Parse(result, double.Epsilon);

    /// <summary>0 or more; null with an error added if it is not.</summary>
    public static TimeSpan? ParseOrZero(ArgumentResult result) => Parse(result, 0);

    private static TimeSpan? Parse(ArgumentResult result, double least)
    {
        TimeSpan? duration = DurationText.Parse(result.Tokens[0].Value, least);
        if (duration is null)
            result.Expects("a duration, such as 500ms, 30s, 5m, 2h or 1d");
        return duration;
    }
}
