using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>All histograms at one moment.</summary>
/// <param name="LockWait">Single lock waits in releases, opens and requested resets.</param>
/// <param name="Release">Releases, including lock waits.</param>
/// <param name="Open">Opens, including lock waits.</param>
/// <param name="Shutdown">Shutdowns that were seen from begin to end.</param>
/// <param name="Reset">Resets by method, inside and outside of operations.</param>
/// <param name="Phase">Time of those shutdowns in each phase, without zeros.</param>
public sealed record HistogramSet(
    HistogramSnapshot LockWait,
    HistogramSnapshot Release,
    HistogramSnapshot Open,
    HistogramSnapshot Shutdown,
    ImmutableSortedDictionary<ResetMethod, HistogramSnapshot> Reset,
    ImmutableSortedDictionary<Phase, HistogramSnapshot> Phase)
{
    /// <summary>Starts that were seen from begin to end and succeeded.</summary>
    public HistogramSnapshot Start { get; init; } = HistogramSnapshot.Empty;

    /// <summary>Time of those starts in each phase, without zeros.</summary>
    public ImmutableSortedDictionary<StartPhase, HistogramSnapshot> StartPhase { get; init; } =
        ImmutableSortedDictionary<StartPhase, HistogramSnapshot>.Empty;

    /// <summary>One histogram; empty if it has no value yet.</summary>
    public HistogramSnapshot Of(HistogramKey key) => key.Kind switch
    {
        HistogramKind.Release => Release,
        HistogramKind.Open => Open,
        HistogramKind.LockWait => LockWait,
        HistogramKind.Shutdown => Shutdown,
        HistogramKind.Reset => Reset.GetValueOrDefault(key.Method, HistogramSnapshot.Empty),
        HistogramKind.Start => Start,
        HistogramKind.StartPhase => StartPhase.GetValueOrDefault(key.StartPhase, HistogramSnapshot.Empty),
        _ => Phase.GetValueOrDefault(key.Phase, HistogramSnapshot.Empty),
    };
}
