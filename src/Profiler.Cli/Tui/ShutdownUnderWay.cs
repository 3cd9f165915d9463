using Profiler.Core;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Cli.Tui;

/// <summary>A shutdown that is not over, as far as it has come: releases that ended and releases that go on.</summary>
/// <param name="Task">The process.</param>
/// <param name="Trigger">What made it let go; null while no release has ended.</param>
/// <param name="Time">From the signal or the first release to the end of the last release that has ended.</param>
/// <param name="Done">Devices released.</param>
/// <param name="InFlight">Devices being released.</param>
internal sealed record ShutdownUnderWay(TaskId Task, Trigger? Trigger, Interval Time, int Done, int InFlight)
{
    /// <summary>All of them, the one that began first at the top.</summary>
    public static IEnumerable<ShutdownUnderWay> All(Snapshot snapshot)
    {
        Dictionary<int, Shutdown> begun = snapshot.ShutdownsInFlight.ToDictionary(s => s.Task.Tgid);
        ILookup<int, OperationInFlight> releasing = snapshot.Operations
            .Where(o => o.Kind == OperationKind.Release)
            .ToLookup(o => o.Task.Tgid);
        return begun.Keys.Union(releasing.Select(r => r.Key))
            .Select(tgid => Of(begun.GetValueOrDefault(tgid), [.. releasing[tgid]]))
            .OrderBy(s => s.Time.StartNs);
    }

    private static ShutdownUnderWay Of(Shutdown? begun, OperationInFlight[] releasing)
    {
        if (begun is not null)
            return new(begun.Task, begun.Trigger, begun.Time, begun.Releases.Length, releasing.Length);
        long startNs = releasing.Min(o => o.StartNs);
        return new(releasing[0].Task, null, new Interval(startNs, startNs), 0, releasing.Length);
    }
}
