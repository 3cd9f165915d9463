using System.CommandLine;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Report;
using Profiler.Report.Html;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope report</c>: what happened in a recording.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "recording made by 'vfioscope record'" };
        var addresses = new Option<bool>("--addresses") { Description = "show locks by kernel address instead of as lock 1, lock 2" };
        var limit = new Option<TimeSpan?>("--limit")
        {
            Description = "say how far each shutdown was from this time limit: 45s, 2m",
            HelpName = "DURATION",
            CustomParser = DurationArgument.Parse,
        };
        var command = new Command("report", "Shows what happened in a recording, shutdown by shutdown.") { file };
        FormatOptions<ReportFormat>.AddTo(command);
        OutputOption.AddTo<ReportFormat>(command);
        command.Add(addresses);
        command.Add(limit);
        FilterOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            ActivityFilter filter = FilterOptions.From(parsed);
            ReportDocument report = ReportBuilder.Build(
                FilterOptions.Read(parsed.GetRequiredValue(file), filter), filter,
                parsed.GetValue(limit) is { } own ? new StopLimit(own) : null, parsed.GetValue(addresses));
            OutputOption.Write(parsed, FormatOptions<ReportFormat>.From(parsed) switch
            {
                ReportFormat.Json => to => to.Write(ReportJson.Text(report)),
                ReportFormat.Html => to => HtmlReport.Write(to, report),
                _ => to => TextReport.Write(to, report, OutputOption.Width(parsed)),
            });
            return ExitCode.Done;
        });
        return command;
    }
}
