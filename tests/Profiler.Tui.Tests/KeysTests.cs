using Profiler.Core.Capture;
using Profiler.Tests.Support;
using Profiler.Tui;

namespace Profiler.Tui.Tests;

/// <summary>What keys do to the view, as a person presses them.</summary>
public sealed class KeysTests
{
    private static readonly ProfileState State = new StagedCapture(File.ReadAllText(Golden.Beside("serial-exit.events"))).StateAt(11.5);

    [Fact]
    public void Tab_goes_round_and_digits_go_there()
    {
        Assert.Equal(Page.Histograms, Press("Tab").View.Page);
        Assert.Equal(Page.InFlight, Press("Tab Tab Tab Tab Tab").View.Page);
        Assert.Equal(Page.Locks, Press("4").View.Page);
        Assert.Equal(Page.Shutdowns, Press("LeftArrow").View.Page);
    }

    [Fact]
    public void Arrows_and_letters_move_within_the_rows_and_each_page_keeps_its_own()
    {
        Assert.Equal(2, Press("3 j DownArrow").View.Row);
        Assert.Equal(0, Press("3 k UpArrow").View.Row);
        Assert.Equal(16, Press("3 G").View.Row);
        Assert.Equal(1, Press("3 j 4 j 3").View.Row);
    }

    [Fact]
    public void Enter_opens_the_shutdown_and_Esc_returns_to_where_one_was()
    {
        ViewState open = Press("5 Enter").View;
        Assert.Equal(900, open.Detail!.Task.Tgid);
        ViewState back = Press("5 Enter j j Escape").View;
        Assert.Equal((Page.Shutdowns, null, 0), (back.Page, back.Detail, back.Row));
        Assert.Null(Press("3 Enter").View.Detail);
    }

    [Fact]
    public void The_filter_is_typed_and_kept_when_coming_back()
    {
        Assert.Equal(("ma", true), Typed(Press("/ m a").View));
        Assert.Equal(("m", true), Typed(Press("/ m a Backspace").View));
        Assert.Equal(("q", false), Typed(Press("/ q Enter").View));
        Assert.Equal("qe", Press("/ q e Enter 5 Enter Escape Tab").View.Filter);
        Assert.Equal("", Press("/ m a Enter Escape").View.Filter);
        Assert.Equal("", Press("/ m a Escape").View.Filter);
    }

    [Fact]
    public void A_filter_leaves_the_rows_it_names() =>
        Assert.Equal("0000:90:00.0", Assert.Single(Lists.Devices(State, Press("3 / 9 0 : Enter").View)).Device);

    [Theory]
    [InlineData("q", Request.Quit)]
    [InlineData("p", Request.Pause)]
    [InlineData("r", Request.ResetCounts)]
    [InlineData("w", Request.WriteRecording)]
    [InlineData("5 Enter q", Request.Quit)]
    [InlineData("/ q", Request.None)]
    [InlineData("+", Request.None)]
    [InlineData("x", Request.None)]
    public void Letters_ask_for_something(string keys, object request) => Assert.Equal((Request)request, Press(keys).Request);

    [Theory]
    [InlineData("+", Request.Faster)]
    [InlineData("-", Request.Slower)]
    [InlineData("LeftArrow", Request.Back)]
    [InlineData("RightArrow", Request.Forward)]
    [InlineData("Spacebar", Request.Pause)]
    public void In_a_recording_some_are_for_its_time(string keys, object request) =>
        Assert.Equal((Request)request, Press(keys, State with { Playback = new Playback(1, false) }).Request);

    [Fact]
    public void Sorting_goes_through_the_orders_of_the_page()
    {
        Assert.Equal("longest", Lists.OrderOf(Press("3 s").View));
        Assert.Equal("device", Lists.OrderOf(Press("3 s s s s s s").View));
        Assert.Equal("longest", Lists.OrderOf(Press("5 s").View));
    }

    [Fact]
    public void Help_comes_and_goes()
    {
        Assert.True(Press("?").View.Help);
        Assert.False(Press("? Escape").View.Help);
        Assert.False(Press("? ?").View.Help);
        Assert.Equal(Page.InFlight, Press("? Tab").View.Page);
    }

    [Fact]
    public void What_is_wider_than_the_screen_is_looked_at_sideways()
    {
        Assert.Equal(10, Press("5 Enter RightArrow RightArrow LeftArrow").View.DetailColumn);
        Assert.Equal(0, Press("5 Enter RightArrow Escape Enter").View.DetailColumn);
    }

    [Fact]
    public void A_message_stays_until_the_next_key() =>
        Assert.Null(Keys.Press(ViewState.First with { Message = "written" }, Key("j"), default).View.Message);

    [Fact]
    public void A_row_that_is_gone_is_none()
    {
        ViewState far = ViewState.First with { Page = Page.Shutdowns, Rows = ViewState.First.Rows.SetItem((int)Page.Shutdowns, 40) };
        Assert.Equal(900, Keys.Press(far, Key("Enter"), Choice.Of(State, far, 24)).View.Detail!.Task.Tgid);
    }

    private static (string, bool) Typed(ViewState view) => (view.Filter, view.Typing);

    private static (ViewState View, Request Request) Press(string keys, ProfileState? state = null)
    {
        (ViewState View, Request Request) result = (ViewState.First, Request.None);
        foreach (string key in keys.Split(' '))
            result = Keys.Press(result.View, Key(key), Choice.Of(state ?? State, result.View, 24));
        return result;
    }

    private static ConsoleKeyInfo Key(string name) => name.Length == 1
        ? new ConsoleKeyInfo(name[0], ConsoleKey.None, false, false, false)
        : new ConsoleKeyInfo(name == "Spacebar" ? ' ' : '\0', Enum.Parse<ConsoleKey>(name), false, false, false);
}
