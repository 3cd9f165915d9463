using System.Collections.Immutable;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Sorts what is over into the histograms. Single-threaded.</summary>
public sealed class Distributions
{
    private readonly LatencyHistogram _lockWait = new(), _release = new(), _open = new(), _shutdown = new();
    private readonly SortedDictionary<ResetMethod, LatencyHistogram> _reset = [];
    private readonly SortedDictionary<Phase, LatencyHistogram> _phase = [];

    public void Record(Activity activity)
    {
        switch (activity)
        {
            case Operation operation:
                (operation.Kind == OperationKind.Release ? _release : _open).Record(operation.Time.DurationNs);
                foreach (LockWait wait in operation.LockWaits)
                    _lockWait.Record(wait.Time.DurationNs);
                foreach (Reset reset in operation.Resets)
                    Record(reset);
                break;
            case StandaloneReset standalone:
                Record(standalone.Reset);
                break;
        }
    }

    public void Record(Shutdown shutdown)
    {
        _shutdown.Record(shutdown.Time.DurationNs);
        ShutdownPhases phases = shutdown.Phases;
        foreach (Phase phase in Enum.GetValues<Phase>().Where(p => phases[p] > 0))
            Of(_phase, phase).Record(phases[phase]);
    }

    public HistogramSet Snapshot() => new(
        _lockWait.Snapshot(), _release.Snapshot(), _open.Snapshot(), _shutdown.Snapshot(),
        _reset.ToImmutableSortedDictionary(r => r.Key, r => r.Value.Snapshot()),
        _phase.ToImmutableSortedDictionary(p => p.Key, p => p.Value.Snapshot()));

    private void Record(Reset reset) => Of(_reset, reset.Method).Record(reset.Time.DurationNs);

    private static LatencyHistogram Of<T>(SortedDictionary<T, LatencyHistogram> histograms, T key) where T : notnull
    {
        if (!histograms.TryGetValue(key, out LatencyHistogram? histogram))
            histograms[key] = histogram = new LatencyHistogram();
        return histogram;
    }
}
