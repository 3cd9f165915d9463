using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Report;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>An ended start, as in the report: where its time went, its devices, and why.</summary>
/// <param name="Start">The start.</param>
internal sealed record StartDetail(Start Start) : Detail
{
    private (int Width, int Facts, IReadOnlyList<Section> Sections)? _kept;

    /// <summary>A start in its form in the report. Other starts and shutdowns that are kept tell who held locks, and how fast the host maps memory.</summary>
    public static ReportStart Report(Start start, ProfileState state)
    {
        Operation[] operations =
        [
            .. state.Snapshot.RecentStarts.SelectMany(s => s.Opens), .. state.Snapshot.Recent.SelectMany(s => s.Releases),
        ];
        var report = new ShutdownReport(
            state.Facts, new LockNames(operations, addresses: true), Evidence.Of(state.Health.Probes, state.Health.Problems));
        return new StartReport(state.Facts, report, [.. operations], MappingRates.Of(state.Snapshot.RecentStarts)).Of(start);
    }

    /// <summary>Cached: changes only with new facts or a new width.</summary>
    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        int facts = scene.State.Devices.Count + scene.State.VmNames.Count;
        if (_kept is not { } kept || kept.Width != width || kept.Facts != facts)
            _kept = kept = (width, facts, [Section.Of([.. Build(scene.State, width)])]);
        return kept.Sections;
    }

    private IEnumerable<Line> Build(ProfileState state, int width) =>
        StartText.Lines(Report(Start, state), Math.Max(TextReport.MinWidth, width))
            .Select((line, i) => Line.Of(line, i == 0 ? Style.Strong : Style.Plain));
}
