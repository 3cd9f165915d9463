using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core;

/// <summary>The consistent state of one moment; all live outputs are made from it.</summary>
/// <param name="NowNs">CLOCK_MONOTONIC of the snapshot; at least that of the newest event.</param>
/// <param name="Operations">Operations in progress, oldest first.</param>
/// <param name="Teardowns">Other parts of teardowns in progress, oldest first.</param>
/// <param name="ShutdownsInFlight">Shutdowns in progress and processes that were asked to end, oldest first.</param>
/// <param name="Recent">Ended shutdowns, newest first; a bounded number.</param>
/// <param name="Histograms">Durations since the start.</param>
/// <param name="Devices">Figures of devices since the start.</param>
/// <param name="Locks">Figures of locks since the start.</param>
/// <param name="Received">Events received, by kind.</param>
/// <param name="Unmatched">Begins without an end and ends without a begin.</param>
/// <param name="StacksLost">Kernel stacks that could not be stored.</param>
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
    /// <summary>Starts in progress, as they are up to now, oldest first.</summary>
    public ImmutableArray<Start> StartsInFlight { get; init; } = [];

    /// <summary>Ended starts, newest first; a bounded number.</summary>
    public ImmutableArray<Start> RecentStarts { get; init; } = [];

    /// <summary>Number of ended shutdowns that began before the capture.</summary>
    public long BeganBefore { get; init; }

    /// <summary>Number of shutdowns that were not finished when the capture ended.</summary>
    public long Unfinished { get; init; }

    /// <summary>Number of ended starts that may have begun before the capture.</summary>
    public long StartsBeganBefore { get; init; }

    /// <summary>Number of starts that were not finished when the capture ended.</summary>
    public long StartsUnfinished { get; init; }

    /// <summary>The figures of the pipeline's accumulators.</summary>
    public ImmutableArray<object> Accumulated { get; init; } = [];

    /// <summary>The figures of the accumulator that has this type of figures.</summary>
    /// <exception cref="InvalidOperationException">There is no such accumulator, or more than one.</exception>
    public T Get<T>() => Accumulated.OfType<T>().Single();
}
