using System.CommandLine;
using System.Text;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Host.Files;
using Profiler.Report;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope report</c>: what happened, per shutdown.</summary>
internal static class ReportCommand
{
    private enum Format
    {
        Text,
        Json,
    }

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "a recording, made by 'vfioscope record'" };
        var format = new Option<Format>("--format") { Description = "for people or for programs" };
        var output = new Option<string?>("--output", "-o") { Description = "write to this file instead of stdout" };
        var addresses = new Option<bool>("--addresses") { Description = "locks by their kernel addresses, instead of as lock 1, lock 2" };
        var command = new Command("report", "Says what happened in a recording, shutdown by shutdown.") { file, format, output, addresses };
        FilterOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            RecordedCapture recorded = RecordedCapture.Read(path);
            ActivityFilter filter = FilterOptions.From(parsed);
            if (!recorded.Has(filter))
                throw new UserException(ExitCode.No, $"{path}: {recorded.WhatThereIs(filter)}");
            ReportDocument report = ReportBuilder.Build(recorded, filter, parsed.GetValue(addresses));
            string text = parsed.GetValue(format) == Format.Json
                ? ReportJson.Text(report)
                : TextReport.Render(report, TerminalWidth.For(parsed.GetValue(output)));
            Write(text, parsed.GetValue(output), parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(string text, string? path, TextWriter output)
    {
        if (path is null)
        {
            output.Write(text);
            return;
        }
        using var file = new AtomicFile(path);
        try
        {
            file.Stream.Write(Encoding.UTF8.GetBytes(text));
            file.Commit();
        }
        catch (Exception e) when (e is (IOException and not BrokenPipeException) or UnauthorizedAccessException)
        {
            string reason = e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message : $"{path} cannot be written: {e.Message}";
            throw UserException.NotPossible(reason, e);
        }
    }
}
