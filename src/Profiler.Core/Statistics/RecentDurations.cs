using Profiler.Core.Histograms;

namespace Profiler.Core.Statistics;

/// <summary>Exact values beside a histogram.</summary>
/// <param name="LastNs">The last value, nanoseconds.</param>
/// <param name="LongestNs">The longest value of the window, nanoseconds; null if there is none.</param>
public readonly record struct RecentDuration(long LastNs, long? LongestNs);

/// <summary>
/// The last value of each histogram, and the longest one of a window. The window is longer than a scrape interval, so that the maximum
/// over all scrapes is the longest value; and short, so that the longest value of this hour is not one of last week. Not thread safe.
/// </summary>
/// <param name="time">The clock of the window.</param>
/// <param name="window">A value counts as recent for at least this time, and at most a fifth longer; more than 0.</param>
public sealed class RecentDurations(TimeProvider time, TimeSpan window)
{
    /// <summary>Prometheus' limit for a scrape interval: older samples are stale.</summary>
    public static readonly TimeSpan DefaultWindow = TimeSpan.FromMinutes(5);

    private const int Slots = 6;

    private readonly Row?[] _rows = new Row?[HistogramKey.Count];
    private readonly long _startedAt = time.GetTimestamp();
    private readonly long _slotTicks = Math.Max(1, window.Ticks / (Slots - 1));
    private (long Timestamp, long Slot) _now = (long.MinValue, 0);

    /// <summary>Adds a value.</summary>
    public void Record(Duration duration)
    {
        Row row = _rows[duration.Key.Index] ??= new Row(duration.Key);
        // A shutdown is concluded some time after its end, perhaps after one that ended later.
        if (duration.EndNs >= row.LastEndNs)
            (row.LastNs, row.LastEndNs) = (duration.Ns, duration.EndNs);
        long now = SlotNow();
        ref (long Slot, long LongestNs) slot = ref row.Longest[now % Slots];
        slot = (now, slot.Slot == now ? Math.Max(slot.LongestNs, duration.Ns) : duration.Ns);
    }

    /// <summary>The values at this moment, of histograms that have one.</summary>
    public IReadOnlyDictionary<HistogramKey, RecentDuration> Snapshot()
    {
        long oldest = SlotNow() - Slots + 1;
        return _rows.OfType<Row>().ToDictionary(
            r => r.Key,
            r => new RecentDuration(
                r.LastNs,
                r.Longest.Where(s => s.Slot >= oldest).Select(s => (long?)s.LongestNs).Max()));
    }

    // Values of one call have one time.
    private long SlotNow()
    {
        long now = time.GetTimestamp();
        if (now != _now.Timestamp)
            _now = (now, time.GetElapsedTime(_startedAt, now).Ticks / _slotTicks);
        return _now.Slot;
    }

    private sealed class Row(HistogramKey key)
    {
        public HistogramKey Key => key;

        public long LastNs { get; set; }

        public long LastEndNs { get; set; } = long.MinValue;

        public (long Slot, long LongestNs)[] Longest { get; } = [.. Enumerable.Repeat((long.MinValue, 0L), Slots)];
    }
}
