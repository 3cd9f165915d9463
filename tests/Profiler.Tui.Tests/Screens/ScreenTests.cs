using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using Profiler.Tui.Pages;
using Profiler.Tui.Tests.Support;
using Terminal.Gui.Views;

namespace Profiler.Tui.Tests.Screens;

/// <summary>Events in, screens out: NAME.WIDTHxHEIGHT.txt, as one sees it, status bar included.</summary>
public sealed class ScreenTests
{
    private static readonly Dictionary<int, string> Names = new() { [900] = "mail", [4711] = "database-production-1" };

    private static readonly Dictionary<int, string> StartNames = new() { [200] = "web-1", [300] = "old-1", [400] = "web-2" };

    /// <summary>A VM that exits; three of its 16 devices are released, one after another.</summary>
    internal static readonly StagedCapture Serial = new(File.ReadAllText(Golden.Beside("../serial-exit.events")))
    {
        VmNames = Names,
        OtherFacts =
        [
            new DeviceIdentity("0000:01:00.0", "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 7, "vfio-pci", ["bus"], ["0000:02:00.0"]),
        ],
    };

    /// <summary>A VM whose threads wait for one lock.</summary>
    internal static readonly StagedCapture Convoy = new(StagedEvents.ShutdownInFlight) { VmNames = Names };

    /// <summary>A VM that maps its memory before it opens its devices.</summary>
    private const string MapsMemory = """
         1.0 200/200 qemu contact exec 0.4 vm
         1.1 200/200 qemu starting begin dma bytes 3g
         1.6 200/200 qemu starting end dma bytes 3g pinned 3g faults 1536 faulted 3g
         1.6 200/200 qemu starting begin dma bytes 125g

        """;

    // It waits for a lock that the end of another VM holds.
    private const string OpensDevices = """
        22.5 200/200 qemu starting end dma bytes 125g pinned 125g faults 64000 faulted 125g
        22.6 200/200 qemu open begin 0000:01:00.0 lock a
        22.7 200/200 qemu reset begin flr 0000:01:00.0
        22.8 200/200 qemu reset end flr
        22.9 200/200 qemu open end 20
        22.9 200/200 qemu starting begin dma bytes 16m
        23.0 200/200 qemu starting end dma bytes 16m
        23.1 300/300 qemu release begin 0000:02:00.0 lock b exiting
        23.1 300/300 qemu reset begin secondarybus 0000:00:01.0
        23.2 200/200 qemu open begin 0000:03:00.0 lock b
        23.2 200/200 qemu wait begin lock b holder 300/300 qemu

        """;

    private const string ThenRuns = """
        25.0 300/300 qemu reset end secondarybus
        25.1 300/300 qemu release end
        25.1 200/200 qemu wait end lock b
        25.2 200/200 qemu open end 21
        25.5 200/201 qemu runs
        40.0 400/400 qemu contact exec 39.0 vm
        40.1 400/400 qemu open begin 0000:04:00.0
        40.2 400/400 qemu open end -16
        40.3 400/400 qemu exits
        40.4 400/400 qemu gone
        50.0 200/200 qemu open begin 0000:05:00.0
        50.2 200/200 qemu open end 22
        58.0 200/200 qemu open begin 0000:06:00.0
        58.1 200/200 qemu open end 23
        """;

    /// <summary>A VM that starts, in the middle of the mapping of its memory.</summary>
    internal static readonly StagedCapture Starting = new(MapsMemory) { VmNames = StartNames };

    /// <summary>The same one, while it waits for another VM that goes down.</summary>
    internal static readonly StagedCapture Waiting = new(MapsMemory + OpensDevices + "24.4 1/1 init exits") { VmNames = StartNames };

    /// <summary>It has started, and got more devices; another one has failed to start.</summary>
    internal static readonly StagedCapture Started = new(MapsMemory + OpensDevices + ThenRuns) { VmNames = StartNames };

    public static TheoryData<int, int> Sizes => new() { { 80, 24 }, { 120, 40 }, { 200, 60 } };

    [Theory, MemberData(nameof(Sizes))]
    public void Nothing_yet(int width, int height) =>
        Check("nothing-yet", (new StagedCapture("") with { Overhead = null }).StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_healthy_host_with_shutdowns_that_are_over(int width, int height) =>
        Check("healthy", StagedEvents.Shutdowns(12).StateAt(245), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_VM_going_down_half_way_one_device_after_another(int width, int height) =>
        Check("serial-exit", Serial.StateAt(11.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_VM_going_down_in_a_lock_convoy(int width, int height) =>
        Check("lock-convoy", Convoy.StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_detail_of_a_VM_going_down(int width, int height)
    {
        ProfileState state = Serial.StateAt(11.5);
        Check("in-flight-opened", state, ViewState.First.With(new FlightDetail(4711, state.Snapshot.ShutdownsInFlight[0].SoFar.Time.StartNs)), width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_VM_starting_that_maps_its_memory(int width, int height) => Check("starting", Starting.StateAt(13.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_VM_starting_that_waits_for_the_lock_of_one_going_down(int width, int height) =>
        Check("starting-waits", Waiting.StateAt(24.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_detail_of_a_VM_starting(int width, int height)
    {
        ProfileState state = Waiting.StateAt(24.5);
        Start start = state.Snapshot.StartsInFlight[0];
        Check("starting-opened", state, ViewState.First.With(new StartingDetail(start.Task.Tgid, start.Time.StartNs)), width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void The_starts_that_are_over(int width, int height) => Check("starts", Started.StateAt(60), OnPage<StartsPage>(), width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_start_that_is_over_opened(int width, int height)
    {
        ProfileState state = Started.StateAt(60);
        Check("start-opened", state, OnPage<StartsPage>().With(new StartDetail(state.Snapshot.RecentStarts[^1])), width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Attached_late_to_a_VM_that_was_exiting_already(int width, int height) => Check("attached-late", Late.StateAt(
        1.15, pipeline => pipeline.AddAtStart(new ProcessAtStart(7, "qemu-system-x86", null, Exiting: true))), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void A_device_whose_first_reset_method_timed_out(int width, int height) =>
        Check("reset-chain", Stuck.StateAt(62.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_detail_of_such_a_device(int width, int height) =>
        Check("reset-chain-opened", Stuck.StateAt(62.5), ViewState.First.With(new DeviceDetail("0000:03:00.0")), width, height);

    private static StagedCapture Stuck => new("""
         0.5000 1/1 init signal 15 to 7/7 qemu
         1.0000 7/7 qemu release begin 0000:03:00.0 lock c exiting
         1.0010 7/7 qemu reset begin function 0000:03:00.0
         1.0010 7/7 qemu reset begin flr 0000:03:00.0
         1.1010 7/7 qemu reset begin devicewait 0000:03:00.0 5
        61.1010 7/7 qemu reset end devicewait
        61.1010 7/7 qemu reset end flr -25
        61.1010 7/7 qemu reset begin secondarybus 0000:00:01.0
        """)
    {
        VmNames = new Dictionary<int, string> { [7] = "web-1" },
    };

    private static StagedCapture Late => new("""
        1.0000 7/7 qemu-system-x86 release begin 0000:03:00.0 lock c exiting
        1.0010 7/7 qemu-system-x86 reset begin flr 0000:03:00.0
        1.1020 7/7 qemu-system-x86 reset end flr
        1.1030 7/7 qemu-system-x86 release end
        1.1040 7/7 qemu-system-x86 release begin 0000:04:00.0 lock d exiting
        1.1050 7/7 qemu-system-x86 reset begin flr 0000:04:00.0
        """)
    {
        VmNames = new Dictionary<int, string> { [7] = "web-1" },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void A_shutdown_that_is_over_opened(int width, int height)
    {
        ProfileState state = StagedEvents.Shutdowns(1).StateAt(30);
        Check("over-opened", state, OnPage<ShutdownsPage>().With(new ShutdownDetail(state.Snapshot.Recent[0])), width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Filtered(int width, int height) =>
        Check("filtered", Serial.StateAt(11.5), OnPage<DevicesPage>() with { Filter = "h100" }, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Sorted_by_the_longest_release_and_reversed(int width, int height)
    {
        ViewState view = OnPage<DevicesPage>();
        Check("sorted-reversed", ManyDevices.Released(40).StateAt(2000), view.With(new Selection(0, 6, Reversed: true)), width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_thousand_devices_scrolled_to_the_end(int width, int height)
    {
        ViewState view = OnPage<DevicesPage>();
        Check("thousand-devices", ManyDevices.Released(1000).StateAt(2000), view.With(view.Selection with { Row = 999 }), width, height);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_replay_that_is_paused(int width, int height) => Check("replay-paused",
        Serial.StateAt(11.5) with { Replay = true, Playback = new Playback(2, Paused: true), Overhead = null }, ViewState.First with { Paused = true }, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Help(int width, int height) => Check("help", Serial.StateAt(11.5), ViewState.First.With(new HelpDetail()), width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_locks_of_a_convoy(int width, int height) => Check("locks", Convoy.StateAt(5.5), OnPage<LocksPage>(), width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void The_histograms_of_a_convoy(int width, int height) => Check("latency", Convoy.StateAt(5.5), OnPage<LatencyPage>(), width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Events_lost_and_probes_missing(int width, int height) => Check("lost-and-missing", Unhealthy.StateAt(5.5), ViewState.First, width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void What_is_known_of_the_capture(int width, int height) =>
        Check("capture", Unhealthy.StateAt(5.5), ViewState.First.With(new CaptureDetail()), width, height);

    [Theory, MemberData(nameof(Sizes))]
    public void Asked_whether_statistics_are_to_be_cleared(int width, int height)
    {
        using var terminal = new HeadlessTerminal(width, height);
        terminal.Show(Serial.StateAt(11.5), ViewState.First);
        using Dialog dialog = ClearDialog.Create(terminal.Kind);
        using (terminal.InFront(dialog))
            Golden.Equal(Golden.Beside($"clear.{width}x{height}.txt"), terminal.Text);
    }

    internal static ViewState OnPage<TPage>() where TPage : Page => ViewState.First with { PageIndex = PageTable.Of<TPage>() };

    private static StagedCapture Unhealthy => Convoy with
    {
        Probes =
        [
            .. Convoy.Probes.Select(p => p.Name switch
            {
                "release" => p with { Attached = false, WaitsFor = "vfio" },
                "open" => p with { Attach = null, Attached = false },
                "signal" => p with { Missed = 2 },
                _ => p,
            }),
        ],
        Lost = new Dictionary<EventKind, long> { [EventKind.LockWait] = 1200, [EventKind.Reset] = 3 },
    };

    private static void Check(string name, ProfileState state, ViewState view, int width, int height)
    {
        using var terminal = new HeadlessTerminal(width, height);
        terminal.Show(state, view);
        Golden.Equal(Golden.Beside($"{name}.{width}x{height}.txt"), terminal.Text);
    }
}
