using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Tests.Histograms;

/// <summary>What counts in which histogram.</summary>
public sealed class DurationTests
{
    private static readonly Shutdown Whole = new(
        new TaskId(1, 1, "qemu"), Trigger.SigTerm, [], new Interval(0, 17_200_000_000), ImmutableArray<Operation>.Empty);

    [Fact]
    public void A_shutdown_counts_as_itself_and_by_its_phases()
    {
        Duration[] durations = [.. Duration.Of(Whole)];
        Assert.Equal(17_200_000_000, durations.Single(d => d.Key.Kind == HistogramKind.Shutdown).Ns);
        Assert.Equal(17_200_000_000, durations.Where(d => d.Key.Kind == HistogramKind.Phase).Sum(d => d.Ns));
    }

    [Fact]
    public void One_that_began_before_the_capture_or_outlasted_it_counts_in_none()
    {
        Assert.Empty(Duration.Of(Whole with { BeganBefore = true }));
        Assert.Empty(Duration.Of(Whole with { Unfinished = true }));
    }
}
