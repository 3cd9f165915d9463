using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using Profiler.Tui;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>Events in, screens out: NAME.WIDTHxHEIGHT.txt, as one sees it.</summary>
public sealed class FrameTests
{
    private static readonly StagedCapture Shutdown = new(StagedEvents.ShutdownInFlight)
    {
        VmNames = new Dictionary<int, string> { [900] = "mail", [4711] = "database-production-1" },
    };

    private static readonly StagedCapture Serial = new(File.ReadAllText(Golden.Beside("serial-exit.events")))
    {
        VmNames = new Dictionary<int, string> { [900] = "mail", [4711] = "database-production-1" },
        OtherFacts = [new DeviceIdentity("0000:01:00.0", "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 7, "vfio-pci", ["bus"], ["0000:02:00.0"])],
    };

    public static TheoryData<int, int> Sizes => new() { { 80, 24 }, { 120, 40 }, { 200, 60 } };

    [Theory, MemberData(nameof(Sizes))]
    public void Nothing_yet(int width, int height) => Check("nothing-yet", (new StagedCapture("") with { Overhead = null }).StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Probes_waiting_for_their_module(int width, int height) => Check("module-not-loaded", (new StagedCapture("") with
    {
        Overhead = new Overhead(0.0000412, null),
        Probes =
        [
            .. Shutdown.Probes.Select(p => p.Name is "release" or "open"
                ? p with { Attach = null, Attached = false, WaitsFor = "vfio" } : p),
        ],
    }).StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_shutdown_of_16_devices_one_after_another(int width, int height) =>
        Check("serial-exit", Serial.StateAt(11.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_shutdown_of_16_devices_in_a_lock_convoy(int width, int height) =>
        Check("lock-convoy", Shutdown.StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_histograms_of_a_lock_convoy(int width, int height) =>
        Check("histograms", Shutdown.StateAt(5.5), ViewState.First with { Page = Page.Histograms }, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_locks_of_a_lock_convoy(int width, int height) =>
        Check("locks", Shutdown.StateAt(5.5), ViewState.First with { Page = Page.Locks }, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_thousand_devices(int width, int height) =>
        Check("thousand-devices", ManyDevices.Released(1000).StateAt(2000), ViewState.First with
        {
            Page = Page.Devices,
            Rows = ViewState.First.Rows.SetItem((int)Page.Devices, 500),
            Sorts = ViewState.First.Sorts.SetItem((int)Page.Devices, 1),
        }, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Events_lost_and_probes_missing(int width, int height) => Check("lost-and-missing", (Shutdown with
    {
        Probes =
        [
            .. Shutdown.Probes.Select(p => p.Name switch
            {
                "release" => p with { Attached = false, WaitsFor = "vfio" },
                "open" => p with { Attach = null, Attached = false },
                "signal" => p with { Missed = 2 },
                _ => p,
            }),
        ],
        Lost = new Dictionary<EventKind, long> { [EventKind.LockWait] = 1200, [EventKind.Reset] = 3 },
    }).StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Filtered(int width, int height) =>
        Check("filtered", Serial.StateAt(11.5), ViewState.First with { Filter = "h100", Typing = true, Page = Page.Devices }, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_waterfall_of_a_shutdown(int width, int height)
    {
        ProfileState state = Serial.StateAt(11.5);
        Check("waterfall", state, ViewState.First with { Page = Page.Shutdowns, Detail = state.Snapshot.Recent[0] }, width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Help(int width, int height) => Check("help", Serial.StateAt(11.5), ViewState.First with { Help = true }, width, height);

    [Fact]
    public void Names_from_outside_cannot_steer_the_terminal()
    {
        var capture = new StagedCapture("1 7/7 qemu release begin 0000:01:00.0")
        {
            VmNames = new Dictionary<int, string> { [7] = "\e[2J[red]\nweb\u202e\ud800" },
        };
        string[] lines = Lines(capture.StateAt(2), ViewState.First, 80, 24);
        Assert.Contains(lines, line => line.Contains("?[2J[red]?web?? (7)", StringComparison.Ordinal));
        Assert.DoesNotContain(string.Concat(lines), char.IsControl);
    }

    [Fact]
    public void Whatever_the_size_nothing_is_drawn_outside()
    {
        ProfileState state = (Shutdown with { VmNames = new Dictionary<int, string> { [4711] = "日本語の名前の機械" } }).StateAt(5.5);
        ViewState[] views =
        [
            .. Enum.GetValues<Page>().Select(page => ViewState.First with { Page = page }),
            ViewState.First with { Detail = state.Snapshot.Recent[0] }, ViewState.First with { Help = true },
            ViewState.First with { Page = Page.Histograms, Question = Question.Phases },
        ];
        for (int width = 1; width < 200; width += 7)
        {
            for (int height = 1; height < 70; height += 3)
            {
                foreach (ViewState view in views)
                    Assert.All(Lines(state, view, width, height), line => Assert.Equal(width, Canvas.Cells(line)));
            }
        }
    }

    [Fact]
    public void The_smallest_screen_shows_what_matters()
    {
        string[] lines = Lines(Serial.StateAt(11.5), ViewState.First, 40, 12);
        Assert.Contains(lines, line => line.Contains("3 of 16 done", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("0000:04:00.0", StringComparison.Ordinal) && line.Contains("in reset", StringComparison.Ordinal));
    }

    internal static string[] Lines(ProfileState state, ViewState view, int width, int height)
    {
        var canvas = new Canvas(width, height);
        var history = new IntervalHistory();
        // As if it had been looked at from the beginning.
        history.Observe(new StagedCapture("").StateAt(0).Snapshot, 0);
        history.Observe(state.Snapshot, state.NowNs);
        Frame.Draw(canvas, state, view, history);
        return [.. Enumerable.Range(0, height).Select(canvas.Line)];
    }

    private static void Check(string name, ProfileState state, ViewState view, int width, int height) => Golden.Equal(
        Golden.Beside($"{name}.{width}x{height}.txt"),
        string.Concat(Lines(state, view, width, height).Select(line => line.TrimEnd() + "\n")));
}
