using System.Collections.Immutable;
using Profiler.Cli.Live;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Statistics;

namespace Profiler.Cli.Metrics;

/// <summary>What is lost or wrong in a capture that goes on: what its source knows, and what the other figures say.</summary>
internal static class CurrentProblems
{
    // Without one of these there is no answer.
    private static readonly ImmutableArray<string> Required = ["release", "lock", "reset_secondary_bus"];

    /// <param name="ofSource">See <see cref="IEventSource.Problems"/>.</param>
    /// <param name="profile">The other figures.</param>
    /// <param name="statistics">Which shutdowns were not seen whole.</param>
    /// <returns>Those there are. One whose number is not known is either not told, or has no count.</returns>
    public static ImmutableArray<Problem> Of(
        ImmutableArray<Problem> ofSource, ProfileState profile, HostStatisticsSnapshot statistics)
    {
        HashSet<string> told = [.. ofSource.Select(p => p.Id)];
        return
        [
            .. ofSource,
            .. Computed(profile, statistics).Where(p => p.Count is not 0 && !told.Contains(p.Id)),
        ];
    }

    private static IEnumerable<Problem> Computed(ProfileState profile, HostStatisticsSnapshot statistics)
    {
        yield return new Problem(ProblemKinds.EventsLost.Id, profile.Health.Events.Sum(e => e.Lost ?? 0));
        yield return new Problem(ProblemKinds.EventsUnmatched.Id, profile.Snapshot.Unmatched);
        yield return new Problem(ProblemKinds.StacksLost.Id, profile.Snapshot.StacksLost);
        yield return new Problem(ProblemKinds.ProbeMissed.Id, profile.Health.Probes.Sum(p => p.Missed ?? 0));
        yield return new Problem(ProblemKinds.BeganBefore.Id, statistics.BeganBefore);
        yield return new Problem(ProblemKinds.Unfinished.Id, statistics.Unfinished);
        // One that waits for a module that is not loaded misses nothing.
        foreach (ProbeInfo probe in profile.Health.Probes.Where(p => Required.Contains(p.Name) && !p.Attached && p.WaitsFor is null))
            yield return new Problem(ProblemKinds.ProbeMissing.Id, Detail: probe.Name);
    }
}
