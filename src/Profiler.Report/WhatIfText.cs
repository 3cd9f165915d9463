using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>The answers to --what-if as text.</summary>
internal static class WhatIfText
{
    /// <summary>Those of one shutdown or start; nothing if none were asked for.</summary>
    public static void Render(StringBuilder text, ImmutableArray<ReportWhatIf>? answers, int width)
    {
        if (answers is not { } asked)
            return;
        text.Append('\n');
        foreach (string sentence in Sentences(asked))
            Paragraph.Append(text, sentence, width, "  ", "    ");
    }

    /// <summary>"what if parallel-close: 1.123 s, 15.990 s less", each with what it rests on.</summary>
    public static IEnumerable<string> Sentences(ImmutableArray<ReportWhatIf> answers)
    {
        foreach (ReportWhatIf answer in answers)
        {
            yield return $"what if {string.Join(" and ", answer.Rules)}: " + answer switch
            {
                { WouldTakeNs: { } would, SavedNs: > 0 and var saved } => $"{Figures.Text(would)}, {Figures.Text(saved)} less",
                { WouldTakeNs: { } } => "no less",
                _ => $"not known: {answer.Unknown}",
            } + string.Concat(answer.Notes.Select(n => $"; {n}"));
        }
    }

    /// <summary>What the rules change and assume; nothing if none were asked for.</summary>
    public static void Render(StringBuilder text, ReportWhatIfRules? rules, int width)
    {
        if (rules is null)
            return;
        text.Append($"\n{Title}\n");
        foreach (string line in Lines(rules))
            Paragraph.Append(text, line, width, "  ", "    ");
    }

    internal const string Title = "what --what-if assumes";

    /// <summary>A paragraph for each rule, and one for all.</summary>
    internal static IEnumerable<string> Lines(ReportWhatIfRules rules) =>
    [
        .. rules.Rules.Select(r => $"{r.Name}: {r.Changes}. Assumed: {string.Join("; ", r.Assumes)}"),
        $"all rules: {string.Join("; ", rules.Assumes)}",
    ];
}
