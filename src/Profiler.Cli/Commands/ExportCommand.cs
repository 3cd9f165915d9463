using System.CommandLine;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Report;
using Profiler.Report.Export;
using Profiler.Report.Export.JsonLines;
using Profiler.Report.Export.Perfetto;

namespace Profiler.Cli.Commands;

/// <summary>What a recording is exported as.</summary>
internal enum ExportFormat
{
    /// <summary>For ui.perfetto.dev: a native trace.</summary>
    Perfetto,

    /// <summary>For spreadsheets and databases: a row for each operation, lock wait and reset.</summary>
    Csv,

    /// <summary>For log collectors: a line of JSON for each thing that ended.</summary>
    Jsonl,
}

/// <summary><c>vfioscope export</c>: a recording for other tools.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "recording made by 'vfioscope record'" };
        Option<ExportFormat> format = OptionValues.OneOf<ExportFormat>(
            "--format", "trace for ui.perfetto.dev, rows for spreadsheets, or one JSON object a line");
        format.Required = true;
        var command = new Command("export", "Writes a recording for other tools: Perfetto, spreadsheets, log collectors.") { file, format };
        OutputOption.AddTo<ExportFormat>(command);
        FilterOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            ActivityFilter filter = FilterOptions.From(parsed);
            Exported exported = Exported.Of(FilterOptions.Read(parsed.GetRequiredValue(file), filter), filter);
            switch (parsed.GetRequiredValue(format))
            {
                case ExportFormat.Perfetto:
                    OutputOption.WriteBytes(parsed, to => PerfettoExport.Write(to, exported));
                    break;
                case ExportFormat.Csv:
                    OutputOption.Write(parsed, to => CsvExport.Write(to, exported));
                    break;
                default:
                    OutputOption.Write(parsed, to => JsonLinesExport.Write(to, exported));
                    break;
            }
            // Whoever reads rows may not look at what says so in them.
            foreach (ReportProblem problem in exported.Report.Capture.Problems.Where(p => p.MakesIncomplete))
                parsed.InvocationConfiguration.Error.WriteLine($"vfioscope: the recording is incomplete: {problem.Text}");
            return ExitCode.Done;
        });
        return command;
    }
}
