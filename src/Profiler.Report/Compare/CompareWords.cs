using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core;

namespace Profiler.Report.Compare;

/// <summary>The sentences of a comparison, for text and page.</summary>
public static class CompareWords
{
    public const string NothingDifferent =
        "Kernel, reset methods, drivers, processes, causes of shutdowns, host and probes are the same on both sides.";

    public const string Incomplete = "INCOMPLETE, figures may be wrong or too low:";

    /// <summary>"shutdown of 4 x Intel Corporation 82574L Gigabit Network Connection".</summary>
    public static string TitleOf(Comparison c) => c.Metric is "release" or "open"
        ? $"{c.Metric} of {DeviceSet.NameOf(c.Devices[0].Name)}"
        : $"{c.Metric} of {DeviceSet.TextOf(c.Devices)}";

    /// <summary>Each whole with its phases: the whole is the first.</summary>
    public static IEnumerable<ImmutableArray<Comparison>> Measures(CompareDocument document) =>
        document.Comparisons.GroupBy(c => (c.Metric, DeviceSet.TextOf(c.Devices))).Select(measure => measure.ToImmutableArray());

    /// <summary>The title of a measure, with how many values there are.</summary>
    /// <param name="whole">The first of a measure.</param>
    public static string Heading(Comparison whole)
    {
        string lives = whole.Metric == CompareMetric.Open.Name() ? "process" : "shutdown";
        return (whole.Before, whole.After) switch
        {
            ({ } before, null) => $"{TitleOf(whole)}: only before, {Median(before)}",
            (null, { } after) => $"{TitleOf(whole)}: only after, {Median(after)}",
            _ => $"{TitleOf(whole)}: {whole.Before!.Lives} before, {whole.After!.Lives} after" +
                (whole.Metric is "release" or "open" ? $", each the mean of one {lives}" : ""),
        };
    }

    /// <summary>"whole shutdown", or the phase.</summary>
    public static string PartOf(Comparison part) =>
        part.Part is { } phase ? CompareMetrics.WordsOf(CompareMetrics.Table.Find(part.Metric)!.Value, phase) : $"whole {part.Metric}";

    public static string VerdictOf(Comparison c) => Verdicts.Table.Find(c.Verdict)!.Value.Words();

    /// <summary>"5 shutdowns in 2 recordings of host-1, kernel 6.12, 2026-11-22 08:00 UTC".</summary>
    public static string Of(CompareSide side)
    {
        ImmutableArray<CompareRecording> all = side.Recordings;
        return $"{Figures.Count(all.Sum(r => r.Shutdowns), "shutdown")} in {Figures.Count(all.Length, "recording")} of " +
            $"{Figures.List(all.Select(r => $"{r.Hostname}, kernel {r.Kernel}"))}, {When(all)}";
    }

    /// <summary>What is left out of a side; null if there is none.</summary>
    public static string? LeftOut(CompareSide side) => side.Recordings.Sum(r => r.LeftOut) is > 0 and var leftOut
        ? $"{Figures.Count(leftOut, "shutdown")} left out: not seen from begin to end"
        : null;

    /// <summary>Why a side is incomplete.</summary>
    public static IEnumerable<string> Problems(CompareSide side) => side.Recordings.Where(r => !r.Complete)
        .SelectMany(r => r.Problems.Where(ComparedRecording.MakesIncomplete).Select(problem => $"{r.File}: {problem.Text}"));

    /// <summary>What is different besides durations. Another kernel may change many probes in the same way.</summary>
    public static IEnumerable<string> Differences(CompareDocument document) => document.Different
        .GroupBy(f => (f.Fact, Values: $"{Values(f.Before)} -> {Values(f.After)}", f.Fact == FactKind.Probe.Name() ? null : f.Subject))
        .Select(same => $"{FactKinds.Table.Find(same.Key.Fact)!.Value.Words(string.Join(", ", same.Select(f => f.Subject)))}: {same.Key.Values}");

    public static IEnumerable<string> Footnotes(CompareDocument document)
    {
        yield return "before and after are medians; change is the median of all differences between a value of one and a value of the other";
        if (document.Comparisons.Any(c => c.Verdict == Verdict.TooFew.Name()))
            yield return $"too few: a 95 % interval needs more of them, {MannWhitney.Enough} on each side";
    }

    /// <summary>What <c>--fail-if-slower</c> asked for: a heading and its lines, the bad ones first; none if it was not given.</summary>
    public static IEnumerable<(string Verdict, string Heading, ImmutableArray<string> Lines)> Limits(CompareDocument document)
    {
        if (document.Limit is not { } limit)
            yield break;
        foreach (string verdict in new[] { OverLimits.Yes, OverLimits.Unsure, OverLimits.No })
        {
            ImmutableArray<string> those = [.. document.Comparisons.Where(c => c.OverLimit == verdict).Select(c => $"{TitleOf(c)}: {Why(c, document)}")];
            if (!those.IsEmpty)
                yield return (verdict, string.Create(CultureInfo.InvariantCulture, $"{OverLimits.Words(verdict)} by more than {100 * limit.SlowerThan:0.##} %"), those);
        }
    }

    private static string When(ImmutableArray<CompareRecording> recordings)
    {
        string first = Minute(recordings.Min(r => r.Start)), last = Minute(recordings.Max(r => r.Start));
        return first == last ? $"{first} UTC" : $"{first} to {last} UTC";
    }

    private static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Values(ImmutableArray<string> values) => values.IsEmpty ? "unknown" : string.Join(", ", values);

    private static string Median(CompareFigures figures) => $"{figures.Lives} with a median of {Figures.Text(figures.MedianNs)}";

    private static string Why(Comparison c, CompareDocument document) => c.Verdict == Verdict.TooFew.Name() ? "too few"
        : document is { Before.Complete: true, After.Complete: true } ? ChangeText.Interval(c)
        : $"{ChangeText.Interval(c)}, but a recording is incomplete";
}
