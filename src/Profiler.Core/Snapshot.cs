using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core;

/// <summary>The questions the histograms answer.</summary>
/// <param name="LockWait">Single waits for a lock, inside releases and opens.</param>
/// <param name="Release">Releases, waits included.</param>
/// <param name="Open">Opens, waits included.</param>
/// <param name="Shutdown">Whole shutdowns.</param>
/// <param name="Reset">Resets by method, inside and outside of releases and opens.</param>
/// <param name="Phase">What shutdowns spent on each phase; of those that spent any.</param>
public sealed record HistogramSet(
    HistogramSnapshot LockWait,
    HistogramSnapshot Release,
    HistogramSnapshot Open,
    HistogramSnapshot Shutdown,
    ImmutableSortedDictionary<ResetMethod, HistogramSnapshot> Reset,
    ImmutableSortedDictionary<Phase, HistogramSnapshot> Phase)
{
    /// <summary>One of them; empty if there is nothing of it yet.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="part">The number of the reset method or the phase, if it is of one.</param>
    public HistogramSnapshot Of(HistogramKind kind, int part) => kind switch
    {
        HistogramKind.Release => Release,
        HistogramKind.Open => Open,
        HistogramKind.LockWait => LockWait,
        HistogramKind.Shutdown => Shutdown,
        HistogramKind.Reset => Reset.GetValueOrDefault((ResetMethod)part, HistogramSnapshot.Empty),
        _ => Phase.GetValueOrDefault((Phase)part, HistogramSnapshot.Empty),
    };
}

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
}
