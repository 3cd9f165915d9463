using Profiler.Core.Capture;
using Profiler.Tui.Tests.Screens;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>A frame of a thousand devices must not be felt: it is drawn while others wait for the machine.</summary>
public sealed class FrameCostTests
{
    private const long MaxBytes = 512 * 1024;

    // How long it takes is not for a test, since a machine may be busy: make bench tells.
    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void A_frame_of_a_thousand_devices_allocates_little(int width, int height) =>
        Assert.All(ManyDevices.Frames, frame => Assert.InRange(Allocated(frame.State, frame.View, width, height), 0, MaxBytes));

    [Fact]
    public void Nothing_is_sent_to_the_terminal_when_nothing_has_changed()
    {
        ProfileState state = ScreenTests.Serial.StateAt(11.5);
        using var terminal = new HeadlessTerminal(120, 40);
        Assert.NotEqual("", terminal.SentBy(() => terminal.Show(state, ViewState.First)));
        terminal.Show(state, ViewState.First); // the keys below are new: the library lays out once more
        for (int i = 0; i < 10; i++)
            Assert.Equal("", terminal.SentBy(() => terminal.Show(state, ViewState.First)));
    }

    [Fact]
    public void Only_lines_that_have_changed_are_sent()
    {
        ProfileState state = ScreenTests.Serial.StateAt(11.5);
        using var terminal = new HeadlessTerminal(120, 40);
        terminal.Show(state, ViewState.First);
        terminal.Show(state, ViewState.First);
        string sent = terminal.SentBy(() => terminal.Show(state with { NowNs = state.NowNs + 1_000_000_000 }, ViewState.First));
        Assert.Contains("4.5 s, about 12", sent, StringComparison.Ordinal);
        Assert.Contains("5.5 s, gives up in 67", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("vfioscope: watching", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("0000:05:00.0", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("quit", sent, StringComparison.Ordinal);
    }

    private static long Allocated(ProfileState state, ViewState view, int width, int height)
    {
        const int Frames = 50;
        using var film = new Film(state, view, width, height);
        long before = 0;
        for (int i = -Frames; i < Frames; i++)
        {
            if (i == 0)
                before = GC.GetAllocatedBytesForCurrentThread();
            film.Next();
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Frames;
    }
}
