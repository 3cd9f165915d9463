using System.Collections.Immutable;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Sorts what is over into the histograms. Single-threaded.</summary>
public sealed class Distributions
{
    private readonly LatencyHistogram _lockWait = new(), _release = new(), _open = new(), _shutdown = new();
    private readonly SortedDictionary<ResetMethod, LatencyHistogram> _reset = [];

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

    public void Record(Shutdown shutdown) => _shutdown.Record(shutdown.Time.DurationNs);

    public HistogramSet Snapshot() => new(
        _lockWait.Snapshot(), _release.Snapshot(), _open.Snapshot(), _shutdown.Snapshot(),
        _reset.ToImmutableSortedDictionary(r => r.Key, r => r.Value.Snapshot()));

    private void Record(Reset reset)
    {
        if (!_reset.TryGetValue(reset.Method, out LatencyHistogram? histogram))
            _reset[reset.Method] = histogram = new LatencyHistogram();
        histogram.Record(reset.Time.DurationNs);
    }
}
