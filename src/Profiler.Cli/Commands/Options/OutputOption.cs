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
    private const string Name = "--output";

    /// <typeparam name="TFormat">The formats that the command writes.</typeparam>
    public static void AddTo<TFormat>(Command command) where TFormat : struct, Enum => command.Add(new Option<string?>(Name, "-o")
    {
        Description = "write to this file instead of standard output",
        HelpName = "FILE",
        CustomParser = FileName<TFormat>,
    });

    /// <summary>How wide a text for it may be.</summary>
    public static int Width(ParseResult parsed) => TerminalWidth.For(parsed.GetValue<string?>(Name));

    /// <summary>Writes to the file, as a whole or not at all, or to standard output.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(ParseResult parsed, Action<TextWriter> write)
    {
        if (parsed.GetValue<string?>(Name) is not { } path)
        {
            write(parsed.InvocationConfiguration.Output);
            return;
        }
        ToFile(path, stream =>
        {
            using var text = new StreamWriter(stream, leaveOpen: true);
            write(text);
        });
    }

    /// <summary>The same of bytes, which a terminal cannot show.</summary>
    /// <exception cref="UserException">The file cannot be written, or standard output is a terminal.</exception>
    public static void WriteBytes(ParseResult parsed, Action<Stream> write)
    {
        if (parsed.GetValue<string?>(Name) is { } path)
        {
            ToFile(path, write);
            return;
        }
        if (!Console.IsOutputRedirected)
            throw UserException.Usage("this format is not for a terminal: write it to a file with -o FILE");
        using Stream output = StandardStreams.OpenOutput();
        write(output);
    }

    private static void ToFile(string path, Action<Stream> write)
    {
        using var file = new AtomicFile(path);
        try
        {
            write(file.Stream);
            file.Commit();
        }
        catch (Exception e) when (e is (IOException and not BrokenPipeException) or UnauthorizedAccessException)
        {
            string reason = e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message : $"{path} cannot be written: {e.Message}";
            throw UserException.NotPossible(reason, e);
        }
    }

    // In other tools -o is the format.
    private static string FileName<TFormat>(ArgumentResult result) where TFormat : struct, Enum
    {
        string name = result.Tokens[0].Value;
        if (EnumNames.Parse<TFormat>(name) is not null)
            result.AddError($"--output {name}: write --format {name} for the format, or -o ./{name} for a file of that name");
        return name;
    }
}
