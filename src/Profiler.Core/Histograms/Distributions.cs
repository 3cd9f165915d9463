using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Puts activities and shutdowns into the histograms. Single-threaded.</summary>
public sealed class Distributions
{
    private readonly LatencyHistogram _lockWait = new(), _release = new(), _open = new(), _shutdown = new();
    private readonly SortedDictionary<ResetMethod, LatencyHistogram> _reset = [];
    private readonly SortedDictionary<Phase, LatencyHistogram> _phase = [];

    public void Record(Activity activity) => Record(Duration.Of(activity));

    public void Record(Shutdown shutdown) => Record(Duration.Of(shutdown));

    public HistogramSet Snapshot() => new(
        _lockWait.Snapshot(), _release.Snapshot(), _open.Snapshot(), _shutdown.Snapshot(),
        _reset.ToImmutableSortedDictionary(r => r.Key, r => r.Value.Snapshot()),
        _phase.ToImmutableSortedDictionary(p => p.Key, p => p.Value.Snapshot()));

    private void Record(IEnumerable<Duration> durations)
    {
        foreach (Duration duration in durations)
            Of(duration).Record(duration.Ns);
    }

    private LatencyHistogram Of(Duration duration) => duration.Key.Kind switch
    {
        HistogramKind.Release => _release,
        HistogramKind.Open => _open,
        HistogramKind.LockWait => _lockWait,
        HistogramKind.Shutdown => _shutdown,
        HistogramKind.Reset => Of(_reset, duration.Key.Method),
        _ => Of(_phase, duration.Key.Phase),
    };

    private static LatencyHistogram Of<T>(SortedDictionary<T, LatencyHistogram> histograms, T key) where T : notnull
    {
        if (!histograms.TryGetValue(key, out LatencyHistogram? histogram))
            histograms[key] = histogram = new LatencyHistogram();
        return histogram;
    }
}
