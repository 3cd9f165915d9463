using Profiler.Core.Capture;
using Profiler.Core.Facts;
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
