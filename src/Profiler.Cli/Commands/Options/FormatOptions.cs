using System.CommandLine;

namespace Profiler.Cli.Commands.Options;

/// <summary>What output is written as.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>The options that choose the format of the output: <c>--format json</c>, and <c>--json</c> for short.</summary>
internal static class FormatOptions
{
    private static readonly Option<OutputFormat> Format =
        OptionValues.OneOf<OutputFormat>("--format", "output format, for people or for programs", OutputFormat.Text);

    private static readonly Option<bool> Json = new("--json") { Description = "short for --format json" };

    public static void AddTo(Command command)
    {
        command.Add(Format);
        command.Add(Json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Json) && result.GetResult(Format) is { Implicit: false } && result.GetValue(Format) != OutputFormat.Json)
                result.AddError("--json and --format text exclude each other: give one of them");
        });
    }

    public static OutputFormat From(ParseResult parsed) => parsed.GetValue(Json) ? OutputFormat.Json : parsed.GetValue(Format);
}
