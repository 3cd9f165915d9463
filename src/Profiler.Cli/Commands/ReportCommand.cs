using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Unix;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Host.Files;
using Profiler.Report;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope report</c>: what happened in a recording.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "recording made by 'vfioscope record'" };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "write to this file instead of standard output",
            HelpName = "FILE",
            CustomParser = FileName,
        };
        var addresses = new Option<bool>("--addresses") { Description = "show locks by kernel address instead of as lock 1, lock 2" };
        var limit = new Option<TimeSpan?>("--limit")
        {
            Description = "say how far each shutdown was from this time limit: 45s, 2m",
            HelpName = "DURATION",
            CustomParser = DurationArgument.Parse,
        };
        var command = new Command("report", "Shows what happened in a recording, shutdown by shutdown.") { file };
        FormatOptions.AddTo(command);
        command.Add(output);
        command.Add(addresses);
        command.Add(limit);
        FilterOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            RecordedCapture recorded = RecordedCapture.Read(path);
            ActivityFilter filter = FilterOptions.From(parsed);
            if (!recorded.Has(filter))
                throw new UserException(ExitCode.No, $"{path}: {recorded.WhatThereIs(filter)}");
            ReportDocument report = ReportBuilder.Build(
                recorded, filter, parsed.GetValue(limit) is { } own ? new StopLimit(own) : null, parsed.GetValue(addresses));
            Action<TextWriter> write = FormatOptions.From(parsed) == OutputFormat.Json
                ? to => to.Write(ReportJson.Text(report))
                : to => TextReport.Write(to, report, TerminalWidth.For(parsed.GetValue(output)));
            Write(write, parsed.GetValue(output), parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    // In other tools -o is the format.
    private static string FileName(ArgumentResult result)
    {
        string name = result.Tokens[0].Value;
        if (EnumNames.Parse<OutputFormat>(name) is not null)
            result.AddError($"--output {name}: write --format {name} for the format, or -o ./{name} for a file of that name");
        return name;
    }

    private static void Write(Action<TextWriter> write, string? path, TextWriter output)
    {
        if (path is null)
        {
            write(output);
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
}
