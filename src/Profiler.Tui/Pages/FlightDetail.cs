using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>A shutdown in progress; after its end, the same shutdown in full.</summary>
/// <param name="Tgid">Its process.</param>
/// <param name="StartNs">Start time, CLOCK_MONOTONIC nanoseconds.</param>
internal sealed record FlightDetail(int Tgid, long StartNs) : Detail
{
    private ShutdownDetail? _over;

    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        ProfileState state = scene.State;
        if (state.Snapshot.ShutdownsInFlight.FirstOrDefault(f => f.Task.Tgid == Tgid) is not { } s)
        {
            _over ??= state.Snapshot.Recent.FirstOrDefault(r => r.Task.Tgid == Tgid && r.Time.EndNs >= StartNs) is { } over ? new ShutdownDetail(over) : null;
            return _over is not null ? _over.Sections(scene, width)
                : [Section.Of(Line.Of("This shutdown is over, and not kept any more.", Style.Faint))];
        }
        var sections = new List<Section> { FlightHead.Of(scene, s) with { Selectable = Selectable.None } };
        if (scene.Flights.Of(s, state).Finding?.Remedy is { } remedy)
            sections.Add(Section.Of([.. Line.Wrap(remedy, width, Style.Plain, "  -> ", "     ")]));
        // The first signal is in the title.
        foreach (SignalDelivered signal in s.SoFar.Signals.Skip(s.SoFar.Trigger.IsSignal() ? 1 : 0))
            sections.Add(Section.Of(Line.Of($"{FlightHead.Sent(signal)} at {FlightHead.Rough(signal.TimeNs - s.SoFar.Time.StartNs)}", Style.Faint)));
        sections.Add(ShutdownDetail.Title("PHASES SO FAR"));
        sections.Add(PhaseBars.Of(scene.Flights.Of(s, state).Phases));
        if (s.Devices > 0)
        {
            sections.Add(Section.Of(Line.Empty));
            sections.AddRange(WaterfallRows.Sections("release", new Interval(s.SoFar.Time.StartNs, state.NowNs), state, s.Devices, i => Row(s, i)));
        }
        return sections;
    }

    // In time order: completed, in progress, pending.
    private static FlightRow Row(ShutdownInFlight s, int i)
    {
        int done = s.SoFar.Releases.Length, begun = done + s.Releasing.Length;
        return i < done ? new FlightRow(s.Task, null, s.SoFar.Releases[i], null)
            : i < begun ? new FlightRow(s.Task, s.Releasing[i - done], null, null)
            : new FlightRow(s.Task, null, null, s.Held[i - begun]);
    }
}
