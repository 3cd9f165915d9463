using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Problems;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Values;

/// <summary>
/// Lost data and errors of the capture, from <see cref="ProblemKinds"/>. All kinds exist from the start, so that the first of a
/// kind is an increase. A problem that cannot be counted is not exported as 0.
/// </summary>
internal static class ProblemMetrics
{
    // States: present or absent, without a count.
    private static readonly ProblemKind[] Uncounted =
        [ProblemKinds.ProbeMissing, ProblemKinds.ProbeMayMiss, ProblemKinds.ProbeLimited, ProblemKinds.TracingOff, ProblemKinds.CutShort];

    public static void Write(MetricsFormat to, MetricsState state)
    {
        ILookup<string, Problem> problems = state.Problems.ToLookup(p => IdOf(p.Kind));
        to.Sample(MetricTable.CaptureComplete, state.Problems.Any(p => p.Kind.Impact == Impact.Incomplete) ? 0 : 1);
        foreach (ProblemKind kind in Kinds(problems))
            to.Sample(MetricTable.Problem, problems.Contains(kind.Id) ? 1 : 0, kind.Id, Name(kind.Impact));
        foreach (ProblemKind kind in Kinds(problems))
        {
            if (CountOf(kind, problems[kind.Id], state.Profile.Health) is { } count)
                to.Sample(MetricTable.Problems, count, kind.Id, Name(kind.Impact));
        }
    }

    private static long? CountOf(ProblemKind kind, IEnumerable<Problem> problems, ProfileHealth health)
    {
        Problem[] all = [.. problems];
        if (Uncounted.Contains(kind) || all.Any(p => p.Count is null))
            return null;
        if (all.Length > 0)
            return all.Sum(p => p.Count!.Value);
        bool unknown = (kind == ProblemKinds.EventsLost && health.Lost is null) ||
            (kind == ProblemKinds.ProbeMissed && !health.Probes.Any(p => p.Missed is not null));
        return unknown ? null : 0;
    }

    // A recording of a later version may have unknown kinds: they are exported as one kind.
    private static ImmutableArray<ProblemKind> Kinds(ILookup<string, Problem> problems) =>
        problems.Contains(Other.Id) ? [.. ProblemKinds.All, Other] : ProblemKinds.All;

    private static readonly ProblemKind Other = ProblemKinds.Of("other");

    private static string IdOf(ProblemKind kind) => ProblemKinds.All.Any(k => k.Id == kind.Id) ? kind.Id : Other.Id;

    private static string Name(Impact impact) => impact == Impact.Incomplete ? "incomplete" : "note";
}
