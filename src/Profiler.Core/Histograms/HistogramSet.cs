using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

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
    public HistogramSnapshot Of(HistogramKey key) => key.Kind switch
    {
        HistogramKind.Release => Release,
        HistogramKind.Open => Open,
        HistogramKind.LockWait => LockWait,
        HistogramKind.Shutdown => Shutdown,
        HistogramKind.Reset => Reset.GetValueOrDefault(key.Method, HistogramSnapshot.Empty),
        _ => Phase.GetValueOrDefault(key.Phase, HistogramSnapshot.Empty),
    };
}
