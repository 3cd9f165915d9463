using System.Collections.Immutable;

namespace Profiler.Report.Compare;

/// <summary>Compares recordings from before and after a change.</summary>
public static class CompareBuilder
{
    /// <param name="before">At least one.</param>
    /// <param name="after">Likewise.</param>
    /// <param name="slowerThan">A limit: 0.1 for 10 %; null for none.</param>
    public static CompareDocument Build(ImmutableArray<ComparedRecording> before, ImmutableArray<ComparedRecording> after, double? slowerThan)
    {
        CompareSide sideBefore = Side(before), sideAfter = Side(after);
        bool complete = sideBefore.Complete && sideAfter.Complete;
        ImmutableArray<Comparison> comparisons =
        [
            .. Comparisons(Values(before), Values(after)).Select(c => c with { OverLimit = OverLimit(c, slowerThan, complete) }),
        ];
        return new(
            CompareDocument.SchemaId, MannWhitney.Confidence, sideBefore, sideAfter, Different(before, after), comparisons,
            slowerThan is { } limit ? new(limit, comparisons.Any(c => c.OverLimit == OverLimits.Yes)) : null);
    }

    private static CompareSide Side(ImmutableArray<ComparedRecording> recordings) =>
        new(recordings.All(r => r.Recording.Complete), [.. recordings.Select(r => r.Recording)]);

    private static ILookup<MeasureKey, long> Values(ImmutableArray<ComparedRecording> recordings) =>
        recordings.SelectMany(r => r.Values).ToLookup(v => v.Key, v => v.Ns);

    // By metric and devices, the whole before its phases.
    private static IEnumerable<Comparison> Comparisons(ILookup<MeasureKey, long> before, ILookup<MeasureKey, long> after) =>
        before.Concat(after).Select(values => values.Key).Distinct()
            .Where(key => key.Part is null || before[key].Concat(after[key]).Any(ns => ns > 0))
            .OrderBy(key => key.Metric).ThenBy(key => key.Devices.Text, StringComparer.Ordinal)
            .ThenBy(key => key.Part is { } part ? CompareMetrics.PartsOf(key.Metric).IndexOf(part) : -1)
            .Select(key => Of(key, [.. before[key].Order()], [.. after[key].Order()]));

    private static Comparison Of(MeasureKey key, ImmutableArray<long> before, ImmutableArray<long> after)
    {
        var alone = new Comparison(
            key.Metric.Name(), key.Part, key.Devices.Models, Figures(before), Figures(after), null, null,
            (before.IsEmpty ? Verdict.OnlyAfter : Verdict.OnlyBefore).Name(), null);
        if (before.IsEmpty || after.IsEmpty)
            return alone;
        var differences = new PairwiseDifferences(before, after);
        Estimate<long> shift = differences.Shift();
        return alone with
        {
            Shift = new(shift.Value, shift.AtLeast, shift.AtMost),
            Ratio = differences.Ratio() is { } ratio ? new(ratio.Value, ratio.AtLeast, ratio.AtMost) : null,
            Verdict = VerdictOf(shift).Name(),
        };
    }

    private static CompareFigures? Figures(ImmutableArray<long> ordered) => ordered.IsEmpty ? null : new(
        ordered.Length,
        ordered[(ordered.Length - 1) / 2] + (ordered[ordered.Length / 2] - ordered[(ordered.Length - 1) / 2]) / 2,
        ordered[0], ordered[^1]);

    private static Verdict VerdictOf(Estimate<long> shift) => shift switch
    {
        { AtLeast: null } => Verdict.TooFew,
        { AtMost: < 0 } => Verdict.Faster,
        { AtLeast: > 0 } => Verdict.Slower,
        _ => Verdict.Unclear,
    };

    // Parts explain; wholes are what somebody waits for.
    private static string? OverLimit(Comparison c, double? slowerThan, bool complete) => (slowerThan, c) switch
    {
        (null, _) or (_, { Part: not null }) or (_, { Shift: null }) => null,
        ({ } limit, { Ratio: { AtLeast: { } least, AtMost: { } most } }) when complete =>
            least > 1 + limit ? OverLimits.Yes : most <= 1 + limit ? OverLimits.No : OverLimits.Unsure,
        _ => OverLimits.Unsure,
    };

    private static ImmutableArray<CompareFact> Different(ImmutableArray<ComparedRecording> before, ImmutableArray<ComparedRecording> after)
    {
        ILookup<(FactKind Kind, string? Subject), string> Facts(ImmutableArray<ComparedRecording> recordings) =>
            recordings.SelectMany(r => r.Facts).Distinct().ToLookup(f => (f.Kind, f.Subject), f => f.Value);
        var (was, now) = (Facts(before), Facts(after));
        return
        [
            .. was.Concat(now).Select(facts => facts.Key).Distinct()
                .OrderBy(key => key.Kind).ThenBy(key => key.Subject, StringComparer.Ordinal)
                .Select(key => new CompareFact(
                    key.Kind.Name(), key.Subject, [.. was[key].Order(StringComparer.Ordinal)], [.. now[key].Order(StringComparer.Ordinal)]))
                .Where(fact => !fact.Before.SequenceEqual(fact.After) && (fact.Fact == FactKind.Probe.Name() || !(fact.Before.IsEmpty || fact.After.IsEmpty))),
        ];
    }
}
