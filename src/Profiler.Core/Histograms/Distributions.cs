using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Puts activities and shutdowns into the histograms. Single-threaded.</summary>
public sealed class Distributions
{
    private readonly LatencyHistogram _lockWait = new(), _release = new(), _open = new(), _shutdown = new();
    private readonly LatencyHistogram?[] _reset = new LatencyHistogram?[Enum.GetValues<ResetMethod>().Length];
    private readonly LatencyHistogram?[] _phase = new LatencyHistogram?[Enum.GetValues<Phase>().Length];

    public void Record(Activity activity)
    {
        foreach (Duration duration in Duration.Of(activity))
            Of(duration.Key).Record(duration.Ns);
    }

    public void Record(Shutdown shutdown)
    {
        foreach (Duration duration in Duration.Of(shutdown))
            Of(duration.Key).Record(duration.Ns);
    }

    public HistogramSet Snapshot() => new(
        _lockWait.Snapshot(), _release.Snapshot(), _open.Snapshot(), _shutdown.Snapshot(),
        Known<ResetMethod>(_reset), Known<Phase>(_phase));

    private LatencyHistogram Of(HistogramKey key) => key.Kind switch
    {
        HistogramKind.Release => _release,
        HistogramKind.Open => _open,
        HistogramKind.LockWait => _lockWait,
        HistogramKind.Shutdown => _shutdown,
        HistogramKind.Reset => _reset[(int)key.Method] ??= new LatencyHistogram(),
        _ => _phase[(int)key.Phase] ??= new LatencyHistogram(),
    };

    private static ImmutableSortedDictionary<T, HistogramSnapshot> Known<T>(LatencyHistogram?[] histograms) where T : struct, Enum =>
        Enum.GetValues<T>().Zip(histograms).Where(h => h.Second is not null)
            .ToImmutableSortedDictionary(h => h.First, h => h.Second!.Snapshot());
}
