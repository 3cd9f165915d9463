using Profiler.Core.Histograms;

namespace Profiler.Core.Statistics;

/// <summary>Exact values beside a histogram.</summary>
/// <param name="LastNs">The one that ended last, nanoseconds.</param>
/// <param name="LongestNs">The longest of those recorded within the window, nanoseconds; null if there was none.</param>
public readonly record struct RecentDuration(long LastNs, long? LongestNs);

/// <summary>
/// The last value of each histogram, and the longest of the last minutes. The window is longer than the time between two
/// scrapes, so that the maximum over all scrapes is the longest value there was; and it is short, so that a value of last
/// week is not the longest of this hour. Not thread safe.
/// </summary>
/// <param name="time">Tells how long ago a value was recorded.</param>
/// <param name="window">How long a value counts as recent: at least this, and a fifth of it more at most; more than 0.</param>
public sealed class RecentDurations(TimeProvider time, TimeSpan window)
{
    /// <summary>Prometheus advises against scraping more rarely: it takes older samples for stale.</summary>
    public static readonly TimeSpan DefaultWindow = TimeSpan.FromMinutes(5);

    private const int Slots = 6;

    private readonly Dictionary<HistogramKey, Row> _rows = [];
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>Takes a value that is over.</summary>
    public void Record(Duration duration)
    {
        if (!_rows.TryGetValue(duration.Key, out Row? row))
            _rows[duration.Key] = row = new Row();
        // A shutdown is concluded some time after its end, maybe after one that ended later.
        if (duration.EndNs >= row.LastEndNs)
            (row.LastNs, row.LastEndNs) = (duration.Ns, duration.EndNs);
        long now = SlotNow();
        ref (long Slot, long LongestNs) slot = ref row.Longest[now % Slots];
        slot = (now, slot.Slot == now ? Math.Max(slot.LongestNs, duration.Ns) : duration.Ns);
    }

    /// <summary>The picture of this moment: only of histograms that have a value.</summary>
    public IReadOnlyDictionary<HistogramKey, RecentDuration> Snapshot()
    {
        long oldest = SlotNow() - Slots + 1;
        return _rows.ToDictionary(
            r => r.Key,
            r => new RecentDuration(
                r.Value.LastNs,
                r.Value.Longest.Where(s => s.Slot >= oldest).Select(s => (long?)s.LongestNs).Max()));
    }

    private long SlotNow() => time.GetElapsedTime(_startedAt).Ticks / Math.Max(1, window.Ticks / (Slots - 1));

    private sealed class Row
    {
        public long LastNs { get; set; }

        public long LastEndNs { get; set; } = long.MinValue;

        public (long Slot, long LongestNs)[] Longest { get; } = [.. Enumerable.Repeat((long.MinValue, 0L), Slots)];
    }
}
