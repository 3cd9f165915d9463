using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Usage;

namespace Profiler.Cli.Commands.Options;

/// <summary>What output is written as.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>What a report or a comparison is written as.</summary>
internal enum ReportFormat
{
    /// <summary>For terminals and mails.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For browsers: one page that needs no network.</summary>
    Html,
}

/// <summary>The options that choose the format of the output: <c>--format json</c>, and <c>--json</c> for short.</summary>
/// <typeparam name="T">All formats; the first is the default, and one is Json.</typeparam>
internal static class FormatOptions<T>
    where T : struct, Enum
{
    private static readonly T JsonFormat = Enum.Parse<T>("Json");

    private static readonly Option<T> Format = OptionValues.OneOf<T>(
        "--format", typeof(T) == typeof(ReportFormat) ? "output format: for people, for programs, for browsers" : "output format, for people or for programs",
        default(T));

    private static readonly Option<bool> Json = new("--json") { Description = "short for --format json" };

    public static void AddTo(Command command)
    {
        command.Add(Format);
        command.Add(Json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Json) && result.GetResult(Format) is { Implicit: false } && !result.GetValue(Format).Equals(JsonFormat))
                result.AddError($"--json and --format {EnumNames.Of(result.GetValue(Format))} exclude each other: give one of them");
        });
    }

    /// <summary>Whether this format is asked for; to be used by validators.</summary>
    public static bool Is(CommandResult result, T format) => result.GetResult(Format) is { Implicit: false } && result.GetValue(Format).Equals(format);

    public static T From(ParseResult parsed) => parsed.GetValue(Json) ? JsonFormat : parsed.GetValue(Format);
}
