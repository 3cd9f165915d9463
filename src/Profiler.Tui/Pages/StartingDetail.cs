using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>A start in progress; after its end, the same start in full.</summary>
/// <param name="Tgid">Its process.</param>
/// <param name="StartNs">Start time, CLOCK_MONOTONIC nanoseconds; may become an earlier one as more is known of it.</param>
internal sealed record StartingDetail(int Tgid, long StartNs) : Detail
{
    private StartDetail? _over;

    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        ProfileState state = scene.State;
        if (state.Snapshot.StartsInFlight.FirstOrDefault(IsThis) is not { } s)
        {
            _over ??= state.Snapshot.RecentStarts.FirstOrDefault(IsThis) is { } over ? new StartDetail(over) : null;
            return _over is not null ? _over.Sections(scene, width)
                : [Section.Of(Line.Of("This start is over, and not kept any more.", Style.Faint))];
        }
        var sections = new List<Section> { StartHead.Of(scene, s) with { Selectable = Selectable.None } };
        if (s is { Kind: StartKind.Vm, FromExec: false })
            sections.Add(Section.Of(Line.Of("counted from its first contact with VFIO: when its program began was not seen", Style.Faint)));
        sections.Add(ShutdownDetail.Title("PHASES SO FAR"));
        sections.Add(PhaseBars.Of(s.Phases));
        int opens = s.Opens.Length + s.UnderWay.Length;
        if (opens > 0)
        {
            sections.Add(Section.Of(Line.Empty));
            sections.AddRange(WaterfallRows.Sections("open", new Interval(s.Time.StartNs, state.NowNs), state, opens, i => Row(s, i)));
        }
        return sections;
    }

    // A process may have several starts, one after another.
    private bool IsThis(Start s) => s.Task.Tgid == Tgid && s.Time.StartNs <= StartNs && s.Time.EndNs >= StartNs;

    // In time order: completed, in progress.
    private static FlightRow Row(Start s, int i) => i < s.Opens.Length
        ? new FlightRow(s.Task, null, s.Opens[i], null)
        : new FlightRow(s.Task, s.UnderWay[i - s.Opens.Length], null, null);
}
