using Profiler.Core.Capture;
using Profiler.Tui.Drawing;
using Profiler.Tui.Pages;
using Profiler.Tui.Tests.Screens;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>Clicks on the cells of the screen, as the library hears them.</summary>
public sealed class MouseTests
{
    private static readonly ProfileState State = ScreenTests.Serial.StateAt(11.5);

    [Fact]
    public void A_click_on_a_column_title_sorts_by_it_and_another_one_reverses()
    {
        ViewState sorted = Click(ScreenTests.OnPage<DevicesPage>(), "MAX");
        Assert.Equal(new Selection(0, 6, Reversed: false), sorted.Selection);
        Assert.Equal(new Selection(0, 6, Reversed: true), Click(sorted, "MAX").Selection);
    }

    [Fact]
    public void A_click_on_a_row_selects_it_and_another_one_opens_it()
    {
        ViewState selected = Click(ScreenTests.OnPage<DevicesPage>(), "0000:03:00.0");
        Assert.Equal(2, selected.Selection.Row);
        Assert.Equal("0000:03:00.0", Assert.IsType<DeviceDetail>(Click(selected, "0000:03:00.0").Open!.Detail).Device);
    }

    [Fact]
    public void A_click_on_a_tab_goes_to_its_page() => Assert.Equal(4, Click(ViewState.First, "5 Shutdowns").PageIndex);

    [Fact]
    public void A_click_on_a_device_of_a_VM_in_flight_selects_it() => Assert.Equal(1, Click(ViewState.First, "0000:04:00.0").Selection.Row);

    [Fact]
    public void A_click_beside_everything_changes_nothing() => Assert.Null(Hit(ViewState.First, 0, 0));

    private static ViewState Click(ViewState view, string text)
    {
        using var terminal = new HeadlessTerminal(80, 24);
        terminal.Show(State, view);
        int y = Array.FindIndex(terminal.Lines, line => line.Contains(text, StringComparison.Ordinal));
        Assert.True(y >= 0, $"{text} is not on the screen:\n{terminal.Text}");
        int x = terminal.Lines[y].IndexOf(text, StringComparison.Ordinal);
        Hit? hit = Hit(terminal, x, y);
        Assert.NotNull(hit);
        return Commands.Click(terminal.SceneOf(State, view), hit.Value);
    }

    private static Hit? Hit(ViewState view, int x, int y)
    {
        using var terminal = new HeadlessTerminal(80, 24);
        terminal.Show(State, view);
        return Hit(terminal, x, y);
    }

    private static Hit? Hit(HeadlessTerminal terminal, int x, int y)
    {
        Hit? clicked = null;
        terminal.Window.Clicked += hit => clicked = hit;
        terminal.Click(x, y);
        return clicked;
    }
}
