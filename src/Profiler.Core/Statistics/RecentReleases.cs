using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>The last releases, found by their threads. Bounded; the oldest are evicted.</summary>
internal sealed class RecentReleases
{
    private const int Capacity = 1024;

    private readonly Entry[] _entries = new Entry[Capacity]; // the place of a number is its rest
    private readonly Dictionary<int, long> _latest = []; // by thread: the number of its last one
    private long _next = 1;

    /// <summary>Adds one.</summary>
    public void Add(Operation release)
    {
        ref Entry entry = ref _entries[_next % Capacity];
        if (entry.Release is { } oldest && _latest[oldest.Task.Tid] == _next - Capacity)
            _latest.Remove(oldest.Task.Tid);
        entry = new Entry(release, _latest.GetValueOrDefault(release.Task.Tid));
        _latest[release.Task.Tid] = _next++;
    }

    /// <summary>Those of a thread, the last first.</summary>
    public IEnumerable<Operation> Of(int tid)
    {
        for (long number = _latest.GetValueOrDefault(tid); number > 0 && number >= _next - Capacity; number = _entries[number % Capacity].Before)
            yield return _entries[number % Capacity].Release!;
    }

    /// <summary>A release, and the number of the one before of its thread; 0: none.</summary>
    private readonly record struct Entry(Operation? Release, long Before);
}
