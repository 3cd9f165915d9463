using Profiler.Core.Facts;
using Profiler.Core.Problems;

namespace Profiler.Core.Findings;

/// <summary>Whether something that was not seen did not happen: only then may a finding say so.</summary>
/// <param name="Releases">All releases were seen.</param>
/// <param name="Resets">All resets were seen.</param>
public readonly record struct Evidence(bool Releases, bool Resets)
{
    /// <summary>Everything was seen.</summary>
    public static readonly Evidence Complete = new(true, true);

    private static readonly HashSet<string> Gaps =
    [
        ProblemKinds.EventsLost.Id, ProblemKinds.EventsMissing.Id, ProblemKinds.FramesDamaged.Id, ProblemKinds.TracingOff.Id,
        ProblemKinds.EndsLost.Id, ProblemKinds.SpansFull.Id,
    ];

    private static readonly HashSet<string> ProbeGaps =
        [ProblemKinds.ProbeMissed.Id, ProblemKinds.ProbeLimited.Id, ProblemKinds.ProbeMissing.Id];

    /// <summary>What a capture's probes and problems allow.</summary>
    public static Evidence Of(IReadOnlyList<ProbeInfo> probes, IReadOnlyList<Problem> problems)
    {
        bool gap = problems.Any(p => Gaps.Contains(p.Id));
        bool Seen(string probe) => !gap && probes.Any(p => p.Name == probe && p.Attached) &&
            !problems.Any(p => ProbeGaps.Contains(p.Id) && p.Detail == probe);
        return new Evidence(Seen("release"), Seen("release") && Seen("reset_function") && Seen("reset_bus"));
    }
}
