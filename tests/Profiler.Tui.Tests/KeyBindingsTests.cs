using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Tui.Drawing;
using Profiler.Tui.Pages;
using Profiler.Tui.Tests.Screens;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>Keys, as the library hears them, to commands; and what the table of keys is good for.</summary>
public sealed class KeyBindingsTests
{
    private static readonly ProfileState State = ScreenTests.Serial.StateAt(11.5);

    public static TheoryData<string, int> Keys
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (KeyBinding binding in KeyBindings.All)
            {
                foreach (string key in binding.Keys)
                    all.Add(key, (int)binding.Command);
            }
            return all;
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public void Each_key_asks_for_its_command(string key, int command)
    {
        using var terminal = new HeadlessTerminal(80, 24);
        var asked = new List<ViewCommand>();
        terminal.Window.Asked += asked.Add;
        terminal.Press(key);
        Assert.Equal([(ViewCommand)command], asked);
    }

    [Fact]
    public void No_key_is_bound_twice_and_every_command_has_one()
    {
        string[] keys = [.. KeyBindings.All.SelectMany(b => b.Keys)];
        Assert.Equal(keys.Distinct(), keys);
        Assert.Equal(Enum.GetValues<ViewCommand>().Order(), KeyBindings.All.Select(b => b.Command).Where(c => c <= ViewCommand.GoToPage).Order());
    }

    [Fact]
    public void The_help_has_every_key_and_every_page()
    {
        string help = string.Join('\n', Lines(ViewState.First.With(new HelpDetail()), 120, 80));
        Assert.All(KeyBindings.All, binding => Assert.Contains($"  {binding.Shown} ", help, StringComparison.Ordinal));
        Assert.All(PageTable.All, page => Assert.Contains(page.Title, help, StringComparison.Ordinal));
    }

    [Fact]
    public void Tab_goes_round_and_digits_go_there()
    {
        Assert.Equal(1, Press("Tab").PageIndex);
        Assert.Equal(0, Press("Tab Tab Tab Tab Tab Tab").PageIndex);
        Assert.Equal(3, Press("4").PageIndex);
        Assert.Equal(5, Press("CursorLeft").PageIndex);
        Assert.Equal(5, Press("Shift+Tab").PageIndex);
    }

    [Fact]
    public void Arrows_and_letters_move_within_the_rows_and_each_page_keeps_its_own()
    {
        Assert.Equal(2, Press("3 j CursorDown").Selection.Row);
        Assert.Equal(0, Press("3 k CursorUp").Selection.Row);
        Assert.Equal(16, Press("3 G").Selection.Row);
        Assert.Equal(1, Press("3 j 4 j 3").Selection.Row);
    }

    [Fact]
    public void Enter_opens_what_is_selected_and_Esc_returns_to_where_one_was()
    {
        Assert.Equal(4711, Assert.IsType<FlightDetail>(Press("Enter").Open!.Detail).Tgid);
        Assert.Equal("0000:04:00.0", Assert.IsType<DeviceDetail>(Press("j Enter").Open!.Detail).Device);
        Assert.Equal(900, Assert.IsType<StartDetail>(Press("G Enter").Open!.Detail).Start.Task.Tgid);
        Assert.Equal(900, Assert.IsType<ShutdownDetail>(Press("G k k Enter").Open!.Detail).Shutdown.Task.Tgid);
        Assert.Equal("0000:02:00.0", Assert.IsType<DeviceDetail>(Press("3 j Enter").Open!.Detail).Device);
        Assert.IsType<LockDetail>(Press("4 Enter").Open!.Detail);
        ViewState back = Press("3 j j Enter j j Esc");
        Assert.Equal((2, null, 2), (back.PageIndex, back.Open, back.Selection.Row));
    }

    [Fact]
    public void What_is_opened_in_front_of_a_detail_returns_to_it()
    {
        Assert.IsType<HelpDetail>(Press("Enter ?").Open!.Detail);
        Assert.IsType<FlightDetail>(Press("Enter ? Esc").Open!.Detail);
        Assert.IsType<CaptureDetail>(Press("Enter ? i").Open!.Detail);
        Assert.Null(Press("? ?").Open);
    }

    [Fact]
    public void The_detail_of_a_VM_in_flight_stays_open_when_it_is_gone()
    {
        ViewState open = Press("Enter");
        ShutdownInFlight flying = State.Snapshot.ShutdownsInFlight[0];
        ProfileState over = State with { Snapshot = State.Snapshot with { ShutdownsInFlight = [], Recent = [flying.SoFar] } };
        Assert.Contains(Lines(open, 120, 40, over), line => line.Contains("3 devices released in", StringComparison.Ordinal));
    }

    [Fact]
    public void So_does_that_of_a_start_until_it_is_another_one()
    {
        ProfileState starting = ScreenTests.Waiting.StateAt(24.5), over = ScreenTests.Started.StateAt(60);
        ViewState open = ViewState.First.With(new StartingDetail(200, starting.Snapshot.StartsInFlight[0].Time.StartNs));
        Assert.Contains(Lines(open, 120, 40, starting), line => line.StartsWith("web-1 (pid 200): starting", StringComparison.Ordinal));
        Assert.Contains(Lines(open, 120, 40, over), line => line.StartsWith("web-1 (pid 200): started with 2 devices", StringComparison.Ordinal));
    }

    [Fact]
    public void Sorting_goes_through_the_columns_and_can_be_reversed()
    {
        Assert.Equal((2, false), Sorted("3 s"));
        Assert.Equal((0, false), Sorted("3 s s s s s s s"));
        Assert.Equal((0, true), Sorted("3 S"));
        Assert.Equal((2, false), Sorted("3 S s"));
        Assert.Equal((0, false), Sorted("s S"));
    }

    [Fact]
    public void Esc_on_a_page_shows_all_again() => Assert.Equal("", Press("Esc", ViewState.First with { Filter = "mail" }).Filter);

    [Fact]
    public void A_row_that_is_gone_is_the_last_one()
    {
        ViewState far = ScreenTests.OnPage<ShutdownsPage>();
        far = far.With(far.Selection with { Row = 40 });
        Assert.Equal(900, Assert.IsType<ShutdownDetail>(Press("Enter", far).Open!.Detail).Shutdown.Task.Tgid);
    }

    private static (int, bool) Sorted(string keys) => Press(keys).Selection is var s ? (s.Sort, s.Reversed) : default;

    private static ViewState Press(string keys, ViewState? from = null)
    {
        ViewState view = from ?? ViewState.First;
        foreach (string key in keys.Split(' '))
        {
            KeyBinding binding = KeyBindings.All.Single(b => b.Keys.Contains(key));
            view = Commands.Apply(new Scene(State, view, (80, 23)), binding.Command);
        }
        return view;
    }

    private static string[] Lines(ViewState view, int width, int height, ProfileState? state = null)
    {
        var canvas = new Canvas(width, height);
        Screen.Draw(canvas, new Scene(state ?? State, view, (width, height)));
        return [.. Enumerable.Range(0, height).Select(canvas.Line)];
    }
}
