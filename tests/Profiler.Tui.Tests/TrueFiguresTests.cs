using Profiler.Tests.Support;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Tui;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>The screen shows no figure that says more than is known.</summary>
public sealed class TrueFiguresTests
{
    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public void Percentiles_are_shown_from_ten_values_on(int releases, bool shown)
    {
        ProfileState state = ManyDevices.Released(releases).StateAt(2000);
        string panel = string.Join('\n', FrameTests.Lines(
            state, ViewState.First with { Page = Page.Histograms, Question = Question.ReleasesAndOpens }, 120, 40));
        Assert.Equal(shown, panel.Contains("p99 ", StringComparison.Ordinal));
        Assert.Equal(!shown, panel.Contains("percentiles need 10 values", StringComparison.Ordinal));
        Assert.Contains("max ", panel, StringComparison.Ordinal);
        string release = FrameTests.Lines(state, ViewState.First, 120, 40).Single(l => l.StartsWith("release ", StringComparison.Ordinal));
        Assert.Equal(shown ? 0 : 3, release.Split(' ').Count(word => word == "-"));
    }

    [Theory]
    [InlineData(false, false, "  17.200 s")]
    [InlineData(true, false, " ≥17.200 s")]
    [InlineData(false, true, " ≥17.200 s")]
    public void A_shutdown_that_was_not_seen_whole_took_at_least_that_long(bool beganBefore, bool unfinished, string took)
    {
        ProfileState state = StagedEvents.Shutdowns(1).StateAt(30);
        Shutdown partial = state.Snapshot.Recent[0] with { BeganBefore = beganBefore, Unfinished = unfinished };
        state = state with { Snapshot = state.Snapshot with { Recent = [partial] } };
        string row = FrameTests.Lines(state, ViewState.First with { Page = Page.Shutdowns }, 120, 40)
            .Single(l => l.StartsWith("gpu-0", StringComparison.Ordinal));
        Assert.Contains(took, row, StringComparison.Ordinal);
    }
}
