using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Kept;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.WhatIf;
using Profiler.Core.Wire;
using Profiler.Host.Files;
using Profiler.Report;
using Profiler.Report.Html;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope report</c>: what happened in a recording.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "a recording; without it the newest that the flight recorder kept",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var directory = new Option<string>("--dir")
        {
            Description = "where the flight recorder keeps its recordings",
            HelpName = "DIR",
            DefaultValueFactory = _ => KeptRecordings.DefaultDirectory,
        };
        var list = new Option<bool>("--list") { Description = "list what the flight recorder kept, the newest first" };
        var addresses = new Option<bool>("--addresses") { Description = "show locks by kernel address instead of as lock 1, lock 2" };
        var limit = new Option<TimeSpan?>("--limit")
        {
            Description = "say how far each shutdown was from this time limit: 45s, 2m",
            HelpName = "DURATION",
            CustomParser = DurationArgument.Parse,
        };
        var whatIf = new Option<WhatIfRule[]?>("--what-if")
        {
            Description = "say what each shutdown and start would have taken under other rules: " + string.Join(", ", WhatIfRules.All.Select(r => r.Name)),
            HelpName = "RULES",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = Rules,
        };
        var command = new Command("report", "Shows what happened in a recording, shutdown by shutdown.") { file };
        FormatOptions<ReportFormat>.AddTo(command);
        OutputOption.AddTo<ReportFormat>(command);
        command.Add(addresses);
        command.Add(limit);
        command.Add(whatIf);
        command.Add(directory);
        command.Add(list);
        FilterOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is not null && (result.GetValue(list) || result.GetResult(directory) is { Implicit: false }))
                result.AddError("FILE, and --list or --dir, exclude each other");
            else if (result.GetValue(list) && FormatOptions<ReportFormat>.Is(result, ReportFormat.Html))
                result.AddError("--list --format html: write text or json");
        });
        command.SetAction(parsed =>
        {
            ActivityFilter filter = FilterOptions.From(parsed);
            string kept = parsed.GetRequiredValue(directory);
            if (parsed.GetValue(list))
            {
                List(parsed, KeptDocument.Of(kept, KeptIn(kept), filter));
                return ExitCode.Done;
            }
            ReportDocument report = ReportBuilder.Build(
                FilterOptions.Read(parsed.GetValue(file) ?? NewestIn(kept, parsed.InvocationConfiguration.Error), filter), filter,
                parsed.GetValue(limit) is { } own ? new StopLimit(own) : null, parsed.GetValue(addresses),
                [.. parsed.GetValue(whatIf) ?? []]);
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

    private static WhatIfRule[]? Rules(ArgumentResult result)
    {
        WhatIfRule?[] rules = [.. result.Tokens[0].Value.Split(',').Select(WhatIfRules.Find)];
        if (!rules.Contains(null))
            return [.. rules.OfType<WhatIfRule>()];
        result.Expects($"one or several of {string.Join(", ", WhatIfRules.All.Select(r => r.Name))}, with commas between them");
        return null;
    }

    private static void List(ParseResult parsed, KeptDocument document) => OutputOption.Write(
        parsed, to => to.Write(FormatOptions<ReportFormat>.From(parsed) == ReportFormat.Json
            ? KeptJson.Text(document)
            : KeptText.Of(document, OutputOption.Width(parsed))));

    private static string NewestIn(string directory, TextWriter error)
    {
        string path = KeptIn(directory)[0].Path;
        error.WriteLine(Printable.Clean($"vfioscope: {path}", 4096));
        return path;
    }

    private static ImmutableArray<KeptFile> KeptIn(string directory)
    {
        string name = Printable.Clean(directory, 4096);
        try
        {
            return KeptRecordings.List(directory) is { IsEmpty: false } files
                ? files
                : throw new UserException(ExitCode.No, $"no recording has been kept in {name}");
        }
        catch (DirectoryNotFoundException e)
        {
            throw UserException.Usage(
                $"{name}: there is no such directory; name a recording, or the directory of 'vfioscope serve --keep-slow' with --dir", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Usage($"{name} cannot be read: {e.Message}", e);
        }
    }
}
