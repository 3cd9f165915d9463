using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core;

/// <summary>Everything known at one moment, consistent in itself: what all outputs are made from.</summary>
/// <param name="NowNs">CLOCK_MONOTONIC of the newest event.</param>
/// <param name="Operations">Releases and opens going on, oldest first.</param>
/// <param name="Teardowns">Other parts of teardowns going on, oldest first.</param>
/// <param name="ShutdownsInFlight">Shutdowns going on, and processes that were told to go; the first at the top.</param>
/// <param name="Recent">Shutdowns that are over, newest first; a bounded number.</param>
/// <param name="Histograms">Since the start.</param>
/// <param name="Devices">Each device's opens and releases since the start.</param>
/// <param name="Locks">Each lock's waits since the start.</param>
/// <param name="Received">Events received, by kind.</param>
/// <param name="Unmatched">Begins without end, and ends without begin.</param>
/// <param name="StacksLost">Kernel stacks that were wanted and could not be kept.</param>
public sealed record Snapshot(
    long NowNs,
    ImmutableArray<OperationInFlight> Operations,
    ImmutableArray<TeardownInFlight> Teardowns,
    ImmutableArray<ShutdownInFlight> ShutdownsInFlight,
    ImmutableArray<Shutdown> Recent,
    HistogramSet Histograms,
    Tally<DeviceFigures> Devices,
    Tally<LockFigures> Locks,
    ImmutableArray<long> Received,
    long Unmatched,
    long StacksLost)
{
    /// <summary>Shutdowns, over by now, that began before the capture.</summary>
    public long BeganBefore { get; init; }

    /// <summary>Shutdowns that the capture ended before.</summary>
    public long Unfinished { get; init; }

    /// <summary>What the accumulators that were given to the pipeline amount to.</summary>
    public ImmutableArray<object> Accumulated { get; init; } = [];

    /// <summary>What the one accumulator amounts to whose sum is of this type.</summary>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public T Get<T>() => Accumulated.OfType<T>().Single();
}
