using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Tui.Tests.Screens;

namespace Profiler.Tui.Tests;

/// <summary>Which starts are shown: by their process, and by any of their devices.</summary>
public sealed class FilterTests
{
    [Theory]
    [InlineData("", 1, 3)]
    [InlineData("WEB-1", 1, 2)]
    [InlineData("400", 0, 1)]
    [InlineData("qemu", 1, 3)]
    [InlineData("0000:01:00.0", 1, 1)] // opened
    [InlineData("0000:03:00.0", 1, 1)] // being opened
    [InlineData("0000:05:00.0", 0, 1)]
    [InlineData("old-1", 0, 0)]
    public void A_typed_text(string text, int starting, int over) => Assert.Equal((starting, over), Wanted(ViewState.First with { Filter = text }));

    [Theory]
    [InlineData(200, null, null, 1, 2)]
    [InlineData(null, "web-2", null, 0, 1)]
    [InlineData(null, null, "03:00.0", 1, 1)]
    [InlineData(400, null, "03:00.0", 0, 0)]
    public void The_command_line(int? pid, string? vm, string? device, int starting, int over) =>
        Assert.Equal((starting, over), Wanted(ViewState.First with { Only = new ActivityFilter(pid, vm, device) }));

    [Fact]
    public void Before_it_opens_a_device_it_is_that_of_no_device()
    {
        ProfileState state = ScreenTests.Starting.StateAt(13.5);
        Assert.False(new Filter(state, ViewState.First with { Only = new ActivityFilter(null, null, "03:00.0") }).Wants(state.Snapshot.StartsInFlight[0]));
        Assert.True(new Filter(state, ViewState.First with { Only = new ActivityFilter(200, null, null) }).Wants(state.Snapshot.StartsInFlight[0]));
    }

    private static (int Starting, int Over) Wanted(ViewState view)
    {
        ProfileState starting = ScreenTests.Waiting.StateAt(24.5), over = ScreenTests.Started.StateAt(60);
        return (starting.Snapshot.StartsInFlight.Count(new Filter(starting, view).Wants), over.Snapshot.RecentStarts.Count(new Filter(over, view).Wants));
    }
}
