using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Profiler.Core;

namespace Profiler.Report.Compare;

/// <summary>The comparison as plain text: what is different besides durations, then durations.</summary>
public static class CompareText
{
    /// <param name="document">What to render.</param>
    /// <param name="width">Columns of the terminal: sentences are wrapped, tables leave columns out.</param>
    public static string Render(CompareDocument document, int width)
    {
        width = Math.Max(TextReport.MinWidth, width);
        var text = new StringBuilder();
        Side(text, "before", document.Before, width);
        Side(text, "after", document.After, width);
        Different(text, document.Different, width);
        foreach (IGrouping<(string, string), Comparison> measure in document.Comparisons.GroupBy(c => (c.Metric, DeviceSet.TextOf(c.Devices))))
            Measure(text, [.. measure], width);
        Footnotes(text, document, width);
        Limit(text, document, width);
        return text.ToString();
    }

    /// <summary>"shutdown of 4 x Intel Corporation 82574L Gigabit Network Connection".</summary>
    public static string TitleOf(Comparison c) => c.Metric is "release" or "open"
        ? $"{c.Metric} of {DeviceSet.NameOf(c.Devices[0].Name)}"
        : $"{c.Metric} of {DeviceSet.TextOf(c.Devices)}";

    private static void Side(StringBuilder text, string name, CompareSide side, int width)
    {
        ImmutableArray<CompareRecording> all = side.Recordings;
        Paragraph.Append(
            text,
            $"{name + ":",-7} {Figures.Count(all.Sum(r => r.Shutdowns), "shutdown")} in {Figures.Count(all.Length, "recording")} of " +
            $"{Figures.List(all.Select(r => $"{r.Hostname}, kernel {r.Kernel}"))}, {When(all)}", width, "", "  ");
        if (all.Sum(r => r.LeftOut) is > 0 and var leftOut)
            Paragraph.Append(text, $"{Figures.Count(leftOut, "shutdown")} left out: not seen from begin to end", width, "  ", "    ");
        if (side.Complete)
            return;
        text.Append("  INCOMPLETE, figures may be wrong or too low:\n");
        foreach (CompareRecording recording in all.Where(r => !r.Complete))
        {
            foreach (ReportProblem problem in recording.Problems.Where(ComparedRecording.MakesIncomplete))
                Paragraph.Append(text, $"{recording.File}: {problem.Text}", width, "  - ", "    ");
        }
    }

    private static string When(ImmutableArray<CompareRecording> recordings)
    {
        string first = Minute(recordings.Min(r => r.Start)), last = Minute(recordings.Max(r => r.Start));
        return first == last ? $"{first} UTC" : $"{first} to {last} UTC";
    }

    private static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static void Different(StringBuilder text, ImmutableArray<CompareFact> different, int width)
    {
        text.Append('\n');
        if (different.IsEmpty)
        {
            Paragraph.Append(
                text, "Kernel, reset methods, drivers, processes, causes of shutdowns, host and probes are the same on both sides.", width, "", "");
            return;
        }
        text.Append("different besides durations\n");
        // Another kernel may change many probes in the same way.
        foreach (IGrouping<(string Fact, string Values, string?), CompareFact> same in different.GroupBy(
            f => (f.Fact, $"{Values(f.Before)} -> {Values(f.After)}", f.Fact == FactKind.Probe.Name() ? null : f.Subject)))
        {
            FactKind kind = FactKinds.Table.Find(same.Key.Fact)!.Value;
            Paragraph.Append(
                text, $"{kind.Words(string.Join(", ", same.Select(f => f.Subject)))}: {same.Key.Values}", width, "  ", "    ");
        }
    }

    private static string Values(ImmutableArray<string> values) => values.IsEmpty ? "unknown" : string.Join(", ", values);

    // One table for a whole and its phases.
    private static void Measure(StringBuilder text, ImmutableArray<Comparison> parts, int width)
    {
        Comparison whole = parts[0];
        string lives = whole.Metric == CompareMetric.Open.Name() ? "process" : "shutdown";
        string title = (whole.Before, whole.After) switch
        {
            ({ } before, null) => $"{TitleOf(whole)}: only before, {Median(before)}",
            (null, { } after) => $"{TitleOf(whole)}: only after, {Median(after)}",
            _ => $"{TitleOf(whole)}: {whole.Before!.Lives} before, {whole.After!.Lives} after" +
                (whole.Metric is "release" or "open" ? $", each the mean of one {lives}" : ""),
        };
        text.Append('\n');
        Paragraph.Append(text, title, width, "", "  ");
        if (whole.Shift is null)
            return;
        var table = new TextTable(2, 2, new("", Left: true), new("before"), new("after"), new("change"), new("", Left: true), new("95 % interval", Left: true));
        foreach (Comparison part in parts)
        {
            table.Add(
                part.Part is { } phase ? CompareMetrics.WordsOf(CompareMetrics.Table.Find(whole.Metric)!.Value, phase) : $"whole {whole.Metric}", Figures.Text(part.Before!.MedianNs),
                Figures.Text(part.After!.MedianNs), ChangeText.Of(part), Verdicts.Table.Find(part.Verdict)!.Value.Words(), ChangeText.Interval(part));
        }
        text.AppendJoin('\n', table.Lines(width, titles: true)).Append('\n');
    }

    private static string Median(CompareFigures figures) => $"{figures.Lives} with a median of {Figures.Text(figures.MedianNs)}";

    private static void Footnotes(StringBuilder text, CompareDocument document, int width)
    {
        text.Append('\n');
        Paragraph.Append(
            text, "before and after are medians; change is the median of all differences between a value of one and a value of the other", width, "", "  ");
        if (document.Comparisons.Any(c => c.Verdict == Verdict.TooFew.Name()))
            Paragraph.Append(text, $"too few: a 95 % interval needs more of them, {MannWhitney.Enough} on each side", width, "", "  ");
    }

    private static void Limit(StringBuilder text, CompareDocument document, int width)
    {
        if (document.Limit is not { } limit)
            return;
        foreach (string verdict in new[] { OverLimits.Yes, OverLimits.Unsure, OverLimits.No })
        {
            ImmutableArray<Comparison> those = [.. document.Comparisons.Where(c => c.OverLimit == verdict)];
            if (those.IsEmpty)
                continue;
            text.Append($"\n{OverLimits.Words(verdict)} by more than {100 * limit.SlowerThan:0.##} %\n");
            foreach (Comparison c in those)
                Paragraph.Append(text, $"{TitleOf(c)}: {Why(c, document)}", width, "  ", "    ");
        }
    }

    private static string Why(Comparison c, CompareDocument document) => c.Verdict == Verdict.TooFew.Name() ? "too few"
        : document is { Before.Complete: true, After.Complete: true } ? ChangeText.Interval(c)
        : $"{ChangeText.Interval(c)}, but a recording is incomplete";
}
