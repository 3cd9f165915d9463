using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>
/// The current state and its causes: each VM that shuts down or starts, its devices, other devices being opened or reset; then the
/// results of the last shutdowns and starts, and latencies.
/// </summary>
internal sealed class NowPage : Page
{
    // Maximum number of ended shutdowns, and of ended starts; the others are on their own pages.
    private const int MaxRecent = 8;

    public override string Title => "Now";

    public override string ShortTitle => "Now";

    public override string Help => "every VM that is going down or starting, with its devices and what it waits for; recent shutdowns and starts";

    public override int Rows(Scene scene) => Sections.Rows(All(scene));

    public override Detail? Open(Scene scene, int row)
    {
        (List<ShutdownInFlight> flying, List<Start> starting, List<FlightRow> devices, Shutdown[] recent, Start[] starts) = Found(scene);
        if (row < flying.Count)
            return new FlightDetail(flying[row].Task.Tgid, flying[row].SoFar.Time.StartNs);
        row -= flying.Count;
        if (row < starting.Count)
            return new StartingDetail(starting[row].Task.Tgid, starting[row].Time.StartNs);
        row -= starting.Count;
        if (row < devices.Count)
            return new DeviceDetail(devices[row].Device);
        row -= devices.Count;
        if (row < recent.Length)
            return new ShutdownDetail(recent[row]);
        row -= recent.Length;
        return row < starts.Length ? new StartDetail(starts[row]) : null;
    }

    protected override int DrawList(Canvas canvas, Area area, Scene scene) =>
        Sections.DrawSelected(canvas, area, All(scene), scene.View.Selection.Row);

    private static NowRows Found(Scene scene) => scene.Once(typeof(NowRows), () =>
    {
        Filter filter = scene.Filter;
        List<ShutdownInFlight> flying = [.. scene.State.Snapshot.ShutdownsInFlight.Where(s => filter.Wants(s))];
        List<Start> starting = [.. scene.State.Snapshot.StartsInFlight.Where(s => filter.Wants(s))];
        var devices = new List<FlightRow>(flying.Sum(s => s.Devices) + starting.Sum(s => s.Opens.Length + s.UnderWay.Length));
        foreach (ShutdownInFlight s in flying)
            FlightRows.AddTo(devices, s, filter);
        foreach (OperationInFlight o in scene.State.Snapshot.Operations)
        {
            if (o.Kind != OperationKind.Release && filter.Wants(o.Task, o.Device))
                devices.Add(new FlightRow(o.Task, o, null, null));
        }
        foreach (Start s in starting)
            FlightRows.AddTo(devices, s, filter);
        return new NowRows(
            flying, starting, devices, [.. scene.State.Snapshot.Recent.Where(s => filter.Wants(s)).Take(MaxRecent)],
            [.. scene.State.Snapshot.RecentStarts.Where(s => filter.Wants(s)).Take(MaxRecent)]);
    });

    private static IReadOnlyList<Section> All(Scene scene) => scene.Once<IReadOnlyList<Section>>(typeof(Section), () =>
    {
        (List<ShutdownInFlight> flying, List<Start> starting, List<FlightRow> devices, Shutdown[] recent, Start[] starts) = Found(scene);
        ProfileState state = scene.State;
        var sections = new List<Section>();
        sections.AddRange(flying.Select(s => FlightHead.Of(scene, s)));
        sections.AddRange(starting.Select(s => StartHead.Of(scene, s)));
        if (devices.Count > 0)
        {
            bool processes = devices.Exists(d => d.Process.Tgid != devices[0].Process.Tgid);
            sections.Add(new Section(1, (canvas, line, _) => FlightRows.Heading(canvas, line, "DEVICE", processes)));
            sections.Add(new Section(devices.Count, (canvas, line, i) => FlightRows.Draw(canvas, line, state, devices[i], processes), Selectable.Each));
        }
        else if (flying.Count == 0 && starting.Count == 0)
            sections.Add(Section.Of(Line.Of(Nothing(scene), Style.Faint)));
        sections.Add(Section.Of(Line.Empty));
        sections.Add(new Section(1, (canvas, line, _) => ShutdownsPage.Recent.Heading(canvas, line)));
        sections.Add(recent.Length == 0
            ? Section.Of(Line.Of("none yet", Style.Faint))
            : new Section(recent.Length, (canvas, line, i) => ShutdownsPage.Recent.Row(canvas, line, state, recent[i]), Selectable.Each));
        if (starts.Length > 0)
        {
            sections.Add(Section.Of(Line.Empty));
            sections.Add(new Section(1, (canvas, line, _) => StartsPage.Recent.Heading(canvas, line)));
            sections.Add(new Section(starts.Length, (canvas, line, i) => StartsPage.Recent.Row(canvas, line, state, starts[i]), Selectable.Each));
        }
        sections.Add(Section.Of(Line.Empty));
        sections.Add(LatencyPage.Summary(scene));
        return sections;
    });

    private static string Nothing(Scene scene) =>
        scene.State.Snapshot is { ShutdownsInFlight.IsEmpty: true, StartsInFlight.IsEmpty: true, Operations.IsEmpty: true }
            ? "Nothing is in flight: no device is being released, opened or reset."
        : scene.View.Filter.Length > 0 ? $"Nothing in flight has \"{scene.View.Filter}\" in its name."
        : "Nothing in flight is what --pid, --vm or --device ask for.";

    private sealed record NowRows(
        List<ShutdownInFlight> Flying, List<Start> Starting, List<FlightRow> Devices, Shutdown[] Recent, Start[] Starts);
}
