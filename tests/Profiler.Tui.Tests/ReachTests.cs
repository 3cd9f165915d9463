using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Tests.Support;
using Profiler.Tui.Drawing;
using Profiler.Tui.Pages;
using Profiler.Tui.Tests.Screens;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>On the smallest terminal, everything can be reached; on none, anything is drawn outside.</summary>
public sealed class ReachTests
{
    [Fact]
    public void Every_row_of_every_page_is_seen_when_it_is_selected()
    {
        ProfileState[] states =
        [
            ManyDevices.Released(100).StateAt(2000), ScreenTests.Serial.StateAt(11.5), ScreenTests.Convoy.StateAt(5.5),
            ScreenTests.Waiting.StateAt(24.5), ScreenTests.Started.StateAt(60),
        ];
        foreach (ProfileState state in states)
        {
            for (int page = 0; page < PageTable.All.Length; page++)
            {
                ViewState view = ViewState.First with { PageIndex = page };
                int rows = view.Page.Rows(new Scene(state, view, (80, 23)));
                for (int row = 0; row < rows; row++)
                {
                    (Canvas canvas, _) = Draw(state, view.With(view.Selection with { Row = row }), 80, 23);
                    Assert.Contains(Enumerable.Range(0, 23), y => canvas.At(1, y) is { Kind: HitKind.Row } hit && hit.Index == row && canvas.Styles(y)[1] == Style.Selected);
                }
            }
        }
    }

    [Fact]
    public void Every_line_of_a_detail_is_seen_when_it_is_scrolled_to()
    {
        ProfileState state = ScreenTests.Serial.StateAt(11.5);
        Detail[] details = [new HelpDetail(), new CaptureDetail(), new FlightDetail(4711, state.Snapshot.ShutdownsInFlight[0].SoFar.Time.StartNs), new ShutdownDetail(state.Snapshot.Recent[0])];
        foreach (Detail detail in details)
        {
            ViewState view = ViewState.First.With(detail);
            string[] all = Draw(state, view, 80, 200).Lines[2..];
            string[] first = Draw(state, view, 80, 24).Lines[2..];
            var scene = new Scene(state, view, (80, 24));
            ViewState end = Commands.Apply(scene, ViewCommand.Bottom);
            string[] last = Draw(state, end, 80, 24).Lines[2..];
            int lines = Array.FindLastIndex(all, line => line.Trim().Length > 0) + 1;
            Assert.StartsWith(all[0][..30], first[0], StringComparison.Ordinal);
            Assert.Contains(last, line => line.StartsWith(all[lines - 1][..30], StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Whatever_the_size_nothing_is_drawn_outside()
    {
        ProfileState state = (ScreenTests.Convoy with { VmNames = new Dictionary<int, string> { [4711] = "日本語の名前の機械" } }).StateAt(5.5);
        ViewState[] views =
        [
            .. Enumerable.Range(0, PageTable.All.Length).Select(page => ViewState.First with { PageIndex = page }),
            ViewState.First.With(new ShutdownDetail(state.Snapshot.Recent[0])), ViewState.First.With(new HelpDetail()),
            ViewState.First.With(new FlightDetail(4711, 0)), ViewState.First with { PageIndex = 1, Latency = LatencyView.Phases, Message = "日本語" },
        ];
        for (int width = 1; width < 200; width += 7)
        {
            for (int height = 1; height < 70; height += 3)
            {
                foreach (ViewState view in views)
                    Assert.All(Draw(state, view, width, height).Lines, line => Assert.Equal(width, Canvas.Cells(line)));
            }
        }
    }

    [Fact]
    public void Neither_is_it_of_a_start()
    {
        ProfileState starting = ScreenTests.Waiting.StateAt(24.5), over = ScreenTests.Started.StateAt(60);
        (ProfileState State, ViewState View)[] views =
        [
            (starting, ViewState.First), (starting, ViewState.First.With(new StartingDetail(200, starting.Snapshot.StartsInFlight[0].Time.StartNs))),
            (over, ViewState.First), (over, ViewState.First.With(new StartDetail(over.Snapshot.RecentStarts[^1]))), (over, ScreenTests.OnPage<StartsPage>()),
        ];
        for (int width = 1; width < 200; width += 7)
        {
            for (int height = 1; height < 70; height += 3)
                Assert.All(views, v => Assert.All(Draw(v.State, v.View, width, height).Lines, line => Assert.Equal(width, Canvas.Cells(line))));
        }
    }

    [Fact]
    public void Names_from_outside_cannot_steer_the_terminal()
    {
        var capture = new StagedCapture("1 7/7 qemu release begin 0000:01:00.0")
        {
            VmNames = new Dictionary<int, string> { [7] = "\e[2J[red]\nweb\u202e\ud800" },
        };
        using var terminal = new HeadlessTerminal(80, 24);
        string sent = terminal.SentBy(() => terminal.Show(capture.StateAt(2), ViewState.First));
        Assert.Contains(terminal.Lines, line => line.Contains("?[2J[red]?web?? (pid 7)", StringComparison.Ordinal));
        Assert.DoesNotContain("\e[2J[red]", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_characters_take_two_cells_and_move_nothing()
    {
        ProfileState state = (ScreenTests.Serial with { VmNames = new Dictionary<int, string> { [4711] = "日本語" } }).StateAt(11.5);
        using var terminal = new HeadlessTerminal(80, 24);
        terminal.Show(state, ViewState.First);
        string title = terminal.Lines.Single(line => line.StartsWith("日本語 (pid 4711)", StringComparison.Ordinal));
        Assert.Equal(80, Canvas.Cells(title));
        Assert.EndsWith("about 13.4 s to go", title.TrimEnd('┃', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_pending_comes_in_the_order_in_which_descriptors_are_closed()
    {
        // Opened 3, 1, 2: at exit the last one is closed first, whatever the addresses.
        var capture = new StagedCapture("""
            0.1 7/7 qemu open begin 0000:03:00.0
            0.2 7/7 qemu open end
            0.3 7/7 qemu open begin 0000:01:00.0
            0.4 7/7 qemu open end
            0.5 7/7 qemu open begin 0000:02:00.0
            0.6 7/7 qemu open end
            1.0 50/50 libvirtd signal 15 to 7/7 qemu
            """);
        Assert.Equal(["0000:02:00.0", "0000:01:00.0", "0000:03:00.0"], capture.StateAt(1.5).Snapshot.ShutdownsInFlight[0].Held.ToArray());
    }

    private static (Canvas Canvas, string[] Lines) Draw(ProfileState state, ViewState view, int width, int height)
    {
        var canvas = new Canvas(width, height);
        Screen.Draw(canvas, new Scene(state, view, (width, height)));
        return (canvas, [.. Enumerable.Range(0, height).Select(canvas.Line)]);
    }
}
