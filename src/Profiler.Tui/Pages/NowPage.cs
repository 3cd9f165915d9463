using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>
/// The current state and its causes: each VM that shuts down, its devices, devices being opened or reset; then the results of the
/// last shutdowns, and latencies.
/// </summary>
internal sealed class NowPage : Page
{
    // Maximum number of ended shutdowns; the others are on their own page.
    private const int MaxRecent = 8;

    public override string Title => "Now";

    public override string ShortTitle => "Now";

    public override string Help => "every VM that is going down, with its devices and what it waits for; what is being opened; recent shutdowns";

    public override int Rows(Scene scene) => Sections.Rows(All(scene));

    public override Detail? Open(Scene scene, int row)
    {
        (List<ShutdownInFlight> flying, List<FlightRow> devices, Shutdown[] recent) = Found(scene);
        if (row < flying.Count)
            return new FlightDetail(flying[row].Task.Tgid, flying[row].SoFar.Time.StartNs);
        row -= flying.Count;
        if (row < devices.Count)
            return new DeviceDetail(devices[row].Device);
        row -= devices.Count;
        return row < recent.Length ? new ShutdownDetail(recent[row]) : null;
    }

    protected override int DrawList(Canvas canvas, Area area, Scene scene) =>
        Sections.DrawSelected(canvas, area, All(scene), scene.View.Selection.Row);

    private static NowRows Found(Scene scene) => scene.Once(typeof(NowRows), () =>
    {
        Filter filter = scene.Filter;
        List<ShutdownInFlight> flying = [.. scene.State.Snapshot.ShutdownsInFlight.Where(s => filter.Wants(s))];
        var devices = new List<FlightRow>(flying.Sum(s => s.Devices));
        foreach (ShutdownInFlight s in flying)
            FlightRows.AddTo(devices, s, filter);
        foreach (OperationInFlight o in scene.State.Snapshot.Operations)
        {
            if (o.Kind != OperationKind.Release && filter.Wants(o.Task, o.Device))
                devices.Add(new FlightRow(o.Task, o, null, null));
        }
        return new NowRows(flying, devices, [.. scene.State.Snapshot.Recent.Where(s => filter.Wants(s)).Take(MaxRecent)]);
    });

    private static IReadOnlyList<Section> All(Scene scene) => scene.Once<IReadOnlyList<Section>>(typeof(Section), () =>
    {
        (List<ShutdownInFlight> flying, List<FlightRow> devices, Shutdown[] recent) = Found(scene);
        ProfileState state = scene.State;
        var sections = new List<Section>();
        sections.AddRange(flying.Select(s => FlightHead.Of(scene, s)));
        if (devices.Count > 0)
        {
            bool processes = devices[0].Process.Tgid != devices[^1].Process.Tgid;
            sections.Add(new Section(1, (canvas, line, _) => FlightRows.Heading(canvas, line, "DEVICE", processes)));
            sections.Add(new Section(devices.Count, (canvas, line, i) => FlightRows.Draw(canvas, line, state, devices[i], processes), Selectable.Each));
        }
        else if (flying.Count == 0)
            sections.Add(Section.Of(Line.Of(Nothing(scene), Style.Faint)));
        sections.Add(Section.Of(Line.Empty));
        sections.Add(new Section(1, (canvas, line, _) => ShutdownsPage.Recent.Heading(canvas, line)));
        sections.Add(recent.Length == 0
            ? Section.Of(Line.Of("none yet", Style.Faint))
            : new Section(recent.Length, (canvas, line, i) => ShutdownsPage.Recent.Row(canvas, line, state, recent[i]), Selectable.Each));
        sections.Add(Section.Of(Line.Empty));
        sections.Add(LatencyPage.Summary(scene));
        return sections;
    });

    private static string Nothing(Scene scene) =>
        scene.State.Snapshot.ShutdownsInFlight.IsEmpty && scene.State.Snapshot.Operations.IsEmpty
            ? "Nothing is in flight: no device is being released, opened or reset."
        : scene.View.Filter.Length > 0 ? $"Nothing in flight has \"{scene.View.Filter}\" in its name."
        : "Nothing in flight is what --pid, --vm or --device ask for.";

    private sealed record NowRows(List<ShutdownInFlight> Flying, List<FlightRow> Devices, Shutdown[] Recent);
}
