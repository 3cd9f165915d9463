using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Report;
using Profiler.Report.Compare;
using Profiler.Report.Html;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope compare</c>: what a change made faster or slower.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string?> Before = One("BEFORE", "recording made before the change");
    private static readonly Argument<string?> After = One("AFTER", "recording made after it");
    private static readonly Option<string[]> AllBefore = Several("--before", "one or more recordings made before the change");
    private static readonly Option<string[]> AllAfter = Several("--after", "one or more recordings made after it");

    public static Command Create()
    {
        var limit = new Option<Percentage?>("--fail-if-slower")
        {
            Description = "exit with 1 if shutdowns, releases or opens are surely slower by more than this: 10%",
            HelpName = "PERCENT",
            CustomParser = Percentage.Parse,
        };
        var command = new Command(
            "compare", "Compares recordings from before and after a change: what became faster or slower, and how sure that is.")
        {
            Before, After, AllBefore, AllAfter, limit,
        };
        FormatOptions<ReportFormat>.AddTo(command);
        OutputOption.AddTo<ReportFormat>(command);
        FilterOptions.AddTo(command);
        command.Validators.Add(HasTwoSides);
        command.SetAction(parsed =>
        {
            ActivityFilter filter = FilterOptions.From(parsed);
            var known = new Dictionary<(string, DateTimeOffset, long), string>();
            ImmutableArray<ComparedRecording> before = Read(Files(parsed, Before, AllBefore), filter, known);
            ImmutableArray<ComparedRecording> after = Read(Files(parsed, After, AllAfter), filter, known);
            CompareDocument document = CompareBuilder.Build(before, after, parsed.GetValue(limit)?.Fraction);
            if (document.Comparisons.All(c => c.Shift is null))
                throw new UserException(ExitCode.No, NothingInCommon(document));
            OutputOption.Write(parsed, FormatOptions<ReportFormat>.From(parsed) switch
            {
                ReportFormat.Json => to => to.Write(CompareJson.Text(document)),
                ReportFormat.Html => to => HtmlCompare.Write(to, document),
                _ => to => to.Write(CompareText.Render(document, OutputOption.Width(parsed))),
            });
            return document.Limit is { Exceeded: true } ? ExitCode.No : ExitCode.Done;
        });
        return command;
    }

    private static Argument<string?> One(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    private static Option<string[]> Several(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE...",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static void HasTwoSides(CommandResult result)
    {
        bool one = result.GetValue(Before) is not null, several = Given(AllBefore) || Given(AllAfter);
        if (one && several)
            result.AddError("BEFORE and AFTER exclude --before and --after: name all recordings with the options");
        else if (several && !(Given(AllBefore) && Given(AllAfter)))
            result.AddError($"{(Given(AllBefore) ? AllAfter : AllBefore).Name} is missing: name recordings of both sides");
        else if (!several && result.GetValue(After) is null)
            result.AddError($"{(one ? After : Before).Name} is missing: write vfioscope compare [OPTIONS] BEFORE AFTER, or --before FILE... --after FILE...");

        bool Given(Option<string[]> option) => result.GetResult(option) is { Tokens.Count: > 0 };
    }

    private static string[] Files(ParseResult parsed, Argument<string?> one, Option<string[]> several) =>
        parsed.GetValue(one) is { } file ? [file] : parsed.GetValue(several)!;

    // One at a time: what is compared of a recording is small.
    private static ImmutableArray<ComparedRecording> Read(
        string[] files, ActivityFilter filter, Dictionary<(string, DateTimeOffset, long), string> known)
    {
        var all = ImmutableArray.CreateBuilder<ComparedRecording>();
        foreach (string file in files)
        {
            RecordedCapture recorded = FilterOptions.Read(file, filter);
            // Its lives would count twice, and seem to be more than there are.
            if (!known.TryAdd((recorded.Info.Hostname, recorded.Info.Start, recorded.Info.StartNs), file))
            {
                string other = known[(recorded.Info.Hostname, recorded.Info.Start, recorded.Info.StartNs)];
                throw UserException.Usage(other == file ? $"{file} is given twice" : $"{file} is the same recording as {other}: name each once");
            }
            all.Add(ComparedRecording.Of(file, ReportBuilder.Build(recorded, filter), filter.WantsDevice));
        }
        return all.DrainToImmutable();
    }

    private static string NothingInCommon(CompareDocument document)
    {
        string Of(Func<Comparison, bool> there) =>
            Figures.List(document.Comparisons.Where(c => c.Part is null && there(c)).Select(CompareWords.TitleOf)) is { Length: > 0 } some ? some : "nothing";
        return $"nothing to compare: before there is {Of(c => c.Before is not null)}; after there is {Of(c => c.After is not null)}";
    }
}
