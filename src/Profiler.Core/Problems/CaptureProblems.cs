using System.Collections.Immutable;
using Profiler.Core.Facts;

namespace Profiler.Core.Problems;

/// <summary>What a capture observed about itself; all problems are made from it.</summary>
/// <param name="Probes">All probes, with what they missed.</param>
/// <param name="Lost">Events lost, by kind, as far as known.</param>
/// <param name="Unmatched">Begins without an end and ends without a begin.</param>
/// <param name="StacksLost">Kernel stacks that could not be stored.</param>
/// <param name="BeganBefore">Shutdowns that began before the capture.</param>
/// <param name="Unfinished">Shutdowns that were not finished when it ended.</param>
/// <param name="Reported">What the BPF session, the lookup of names and the recording reported.</param>
public sealed record CaptureKnowledge(
    IReadOnlyList<ProbeInfo> Probes,
    IEnumerable<KeyValuePair<string, long>> Lost,
    long Unmatched,
    long StacksLost,
    long BeganBefore,
    long Unfinished,
    IEnumerable<Problem> Reported)
{
    /// <summary>Starts that may have begun before the capture.</summary>
    public long StartsBeganBefore { get; init; }

    /// <summary>Starts that were not finished when it ended.</summary>
    public long StartsUnfinished { get; init; }
}

/// <summary>All problems of a capture.</summary>
public static class CaptureProblems
{
    /// <summary>In the order of the table, each once.</summary>
    public static ImmutableArray<Problem> Of(CaptureKnowledge known) =>
    [
        .. known.Reported
            .Concat(known.Lost.Where(l => l.Value > 0).Select(l => new Problem(ProblemKinds.EventsLost.Id, l.Value, l.Key)))
            .Concat(known.Probes.Where(p => p is { Required: true, Attached: false, WaitsFor: null })
                .Select(p => new Problem(ProblemKinds.ProbeMissing.Id, null, p.Name)))
            .Concat(known.Probes.Where(p => p.Missed > 0).Select(p => new Problem(ProblemKinds.ProbeMissed.Id, p.Missed, p.Name)))
            .Concat(Counted(ProblemKinds.EventsUnmatched, known.Unmatched))
            .Concat(Counted(ProblemKinds.StacksLost, known.StacksLost))
            .Concat(Counted(ProblemKinds.BeganBefore, known.BeganBefore))
            .Concat(Counted(ProblemKinds.Unfinished, known.Unfinished))
            .Concat(Counted(ProblemKinds.StartBeganBefore, known.StartsBeganBefore))
            .Concat(Counted(ProblemKinds.StartUnfinished, known.StartsUnfinished))
            .GroupBy(p => (p.Id, p.Detail))
            .Select(same => same.MaxBy(p => p.Count ?? 0)!)
            .OrderBy(p => Order(p.Kind)),
    ];

    /// <summary>No figure is wrong or missing because of these problems.</summary>
    public static bool AreHarmless(IEnumerable<Problem> problems) => problems.All(p => p.Kind.Impact == Impact.Note);

    private static IEnumerable<Problem> Counted(ProblemKind kind, long count) => count > 0 ? [new Problem(kind.Id, count)] : [];

    private static int Order(ProblemKind kind) => ProblemKinds.All.IndexOf(kind) is var index and >= 0 ? index : int.MaxValue;
}
