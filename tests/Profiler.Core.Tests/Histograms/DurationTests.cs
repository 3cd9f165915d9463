using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

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
    public void Of_a_reset_that_a_program_asked_for_its_waits_and_the_resets_inside_count()
    {
        var wait = new LockWait(1, LockKind.DevSet, new Interval(1, 3), []);
        var reset = new Reset("0000:01:00.0", ResetMethod.Bus, [], new Interval(4, 9), 0, []);
        Operation Of(OperationKind kind) => new(
            kind, new TaskId(1, 1, "qemu"), "qemu", 0, "0000:01:00.0", true, 1, false, new Interval(0, 10), [wait], [reset]);
        (HistogramKind, long)[] inside = [(HistogramKind.LockWait, 2), (HistogramKind.Reset, 5)];
        Assert.Equal(inside, Duration.Of(Of(OperationKind.HotReset)).Select(d => (d.Key.Kind, d.Ns)));
        Assert.Equal([(HistogramKind.Open, 10), .. inside], Duration.Of(Of(OperationKind.Open)).Select(d => (d.Key.Kind, d.Ns)));
    }

    [Fact]
    public void One_that_began_before_the_capture_or_outlasted_it_counts_in_none()
    {
        Assert.Empty(Duration.Of(Whole with { BeganBefore = true }));
        Assert.Empty(Duration.Of(Whole with { Unfinished = true }));
    }
}
