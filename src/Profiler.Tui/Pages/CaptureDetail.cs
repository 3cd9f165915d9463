using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Report;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>The capture itself: probes, data quality and overhead.</summary>
internal sealed record CaptureDetail : Detail
{
    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        ProfileState state = scene.State;
        var lines = new List<Line> { Line.Of(CaptureStatus.Source(state), Style.Strong), Line.Of(CaptureStatus.Events(state.Health)) };
        if (state.Overhead is { } cost)
            lines.Add(Line.Of($"takes {Header.Percent(cost.Process)} of a CPU, and " +
                (cost.Programs is { } programs ? $"{Header.Percent(programs)} in the kernel" : "in the kernel what is not counted (see --bpf-stats)")));
        lines.Add(Line.Empty);
        lines.AddRange(Line.Wrap(CaptureStatus.Probes(state.Health), width));
        foreach (ProbeInfo probe in state.Health.Probes)
            lines.Add(new Line(
                new StyledText($"  {probe.Name,-22} ", Style.Plain),
                probe.Attached ? new StyledText($"{probe.Attach,-11}", Style.Good)
                    : new StyledText(probe.WaitsFor is null ? "missing    " : "waiting    ", probe.WaitsFor is null ? Style.Alarm : Style.Waiting),
                new StyledText(probe.WaitsFor is null ? probe.Symbol : $"for module {probe.WaitsFor}", Style.Faint)));
        if (!state.Health.Problems.IsEmpty)
        {
            lines.Add(Line.Empty);
            lines.Add(Line.Of("PROBLEMS", Style.Strong));
            foreach (Problem problem in state.Health.Problems)
                lines.AddRange(Line.Wrap(problem.Text, width, problem.Kind.Impact == Impact.Incomplete ? Style.Alarm : Style.Plain, "  ", "    "));
        }
        return [Section.Of([.. lines])];
    }
}
