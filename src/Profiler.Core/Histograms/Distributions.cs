using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Puts activities, shutdowns and starts into the histograms. Single-threaded.</summary>
public sealed class Distributions
{
    private readonly LatencyHistogram _lockWait = new(), _release = new(), _open = new(), _shutdown = new(), _start = new();
    private readonly LatencyHistogram?[] _reset = new LatencyHistogram?[Enum.GetValues<ResetMethod>().Length];
    private readonly LatencyHistogram?[] _phase = new LatencyHistogram?[Enum.GetValues<Phase>().Length];
    private readonly LatencyHistogram?[] _startPhase = new LatencyHistogram?[StartPhases.Count];

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

    public void Record(Start start)
    {
        foreach (Duration duration in Duration.Of(start))
            Of(duration.Key).Record(duration.Ns);
    }

    public HistogramSet Snapshot() => new(
        _lockWait.Snapshot(), _release.Snapshot(), _open.Snapshot(), _shutdown.Snapshot(),
        Known<ResetMethod>(_reset), Known<Phase>(_phase))
    {
        Start = _start.Snapshot(),
        StartPhase = Known<StartPhase>(_startPhase),
    };

    private LatencyHistogram Of(HistogramKey key) => key.Kind switch
    {
        HistogramKind.Release => _release,
        HistogramKind.Open => _open,
        HistogramKind.LockWait => _lockWait,
        HistogramKind.Shutdown => _shutdown,
        HistogramKind.Reset => _reset[(int)key.Method] ??= new LatencyHistogram(),
        HistogramKind.Start => _start,
        HistogramKind.StartPhase => _startPhase[(int)key.StartPhase] ??= new LatencyHistogram(),
        _ => _phase[(int)key.Phase] ??= new LatencyHistogram(),
    };

    private static ImmutableSortedDictionary<T, HistogramSnapshot> Known<T>(LatencyHistogram?[] histograms) where T : struct, Enum =>
        Enum.GetValues<T>().Zip(histograms).Where(h => h.Second is not null)
            .ToImmutableSortedDictionary(h => h.First, h => h.Second!.Snapshot());
}
