using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Unix;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Host.Files;

namespace Profiler.Cli.Commands.Options;

/// <summary>The option that writes a report to a file: <c>--output FILE</c>.</summary>
internal static class OutputOption
{
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "write to this file instead of standard output",
        HelpName = "FILE",
        CustomParser = FileName,
    };

    public static void AddTo(Command command) => command.Add(Output);

    /// <summary>How wide a text for it may be.</summary>
    public static int Width(ParseResult parsed) => TerminalWidth.For(parsed.GetValue(Output));

    /// <summary>Writes to the file, as a whole or not at all, or to standard output.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(ParseResult parsed, Action<TextWriter> write)
    {
        if (parsed.GetValue(Output) is not { } path)
        {
            write(parsed.InvocationConfiguration.Output);
            return;
        }
        using var file = new AtomicFile(path);
        try
        {
            using (var text = new StreamWriter(file.Stream, leaveOpen: true))
                write(text);
            file.Commit();
        }
        catch (Exception e) when (e is (IOException and not BrokenPipeException) or UnauthorizedAccessException)
        {
            string reason = e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message : $"{path} cannot be written: {e.Message}";
            throw UserException.NotPossible(reason, e);
        }
    }

    // In other tools -o is the format.
    private static string FileName(ArgumentResult result)
    {
        string name = result.Tokens[0].Value;
        if (EnumNames.Parse<OutputFormat>(name) is not null)
            result.AddError($"--output {name}: write --format {name} for the format, or -o ./{name} for a file of that name");
        return name;
    }
}
