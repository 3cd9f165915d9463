using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Recording;

namespace Profiler.Report;

/// <summary>How complete a capture is, in the form of the report: of a recording, and of a capture that may still go on.</summary>
internal static class CaptureReport
{
    /// <param name="recorded">The recording.</param>
    /// <param name="problems">Its problems.</param>
    public static ReportCapture Of(RecordedCapture recorded, ImmutableArray<Problem> problems) => new(
        recorded.Info.Start,
        recorded.Info.StartNs,
        recorded.DurationNs,
        CaptureProblems.AreHarmless(problems),
        [.. problems.Select(Of)],
        recorded.Received,
        recorded.Lost,
        recorded.Last.Unmatched,
        recorded.Last.StacksLost,
        [
            .. recorded.Last.Received.Select((received, kind) => (received, Name: EventKindNames.Of(kind))).Skip(1).Select(e =>
            {
                EventCount? counted = recorded.End?.Events.FirstOrDefault(c => c.Kind == e.Name);
                return new ReportEvents(e.Name, counted?.Emitted, e.received, counted?.Lost);
            }),
        ],
        [.. ReportBuilder.Probes(recorded).Select(Of)]);

    /// <param name="state">The capture at one moment.</param>
    public static ReportCapture Of(ProfileState state) => new(
        state.Info.Start,
        state.Info.StartNs,
        Math.Max(0, state.NowNs - state.Info.StartNs),
        CaptureProblems.AreHarmless(state.Health.Problems),
        [.. state.Health.Problems.Select(Of)],
        state.Health.Received,
        state.Health.Lost,
        state.Snapshot.Unmatched,
        state.Snapshot.StacksLost,
        [.. state.Health.Events.Select(e => new ReportEvents(e.Kind, e.Emitted, e.Received, e.Lost))],
        [.. state.Health.Probes.Select(Of)]);

    private static ReportProblem Of(Problem p) => new(p.Id, p.Kind.Impact.Name(), p.Count, p.Detail, p.Text, p.Kind.Remedy);

    private static ReportProbe Of(ProbeInfo p) => new(p.Name, p.Symbol, p.Attach, p.Attached, p.Missed, p.Reason, p.WaitsFor);
}
