namespace Profiler.Core.Statistics;

/// <summary>
/// Values by key, a limited number of them: keys beyond the limit are aggregated in one shared value, and keys that are not used for
/// <see cref="IdleTimeout"/> are removed. Not thread safe.
/// </summary>
/// <param name="limit">Maximum number of keys, without the shared one; at least 0.</param>
/// <param name="other">The key of the shared value.</param>
/// <param name="time">The clock for <see cref="IdleTimeout"/>.</param>
public sealed class BoundedSeries<TKey, TValue>(int limit, TKey other, TimeProvider time)
    where TKey : notnull
    where TValue : new()
{
    /// <summary>A key that is not used for this time is removed.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromHours(1);

    private readonly Dictionary<TKey, Seen> _series = [];

    /// <summary>How often a key was aggregated in the shared value.</summary>
    public long Folded { get; private set; }

    /// <summary>The value of a key, or the shared one if the limit is reached; counts as use.</summary>
    public TValue this[TKey key]
    {
        get
        {
            long now = time.GetTimestamp();
            if (_series.TryGetValue(key, out Seen? seen))
            {
                seen.Timestamp = now;
                return seen.Value;
            }
            if (Room(now) || key.Equals(other))
                return (_series[key] = new Seen(now)).Value;
            Folded++;
            return this[other];
        }
    }

    /// <summary>The key of the value that a key has: itself or the shared one; counts as use.</summary>
    public TKey Admit(TKey key)
    {
        _ = this[key];
        return _series.ContainsKey(key) ? key : other;
    }

    /// <summary>All keys that are in use, with their values.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> All()
    {
        RemoveIdle(time.GetTimestamp());
        return _series.Select(s => KeyValuePair.Create(s.Key, s.Value.Value));
    }

    private bool Room(long now)
    {
        if (Kept < limit)
            return true;
        RemoveIdle(now);
        return Kept < limit;
    }

    private int Kept => _series.Count - (_series.ContainsKey(other) ? 1 : 0);

    private void RemoveIdle(long now)
    {
        foreach ((TKey key, Seen seen) in _series)
        {
            if (time.GetElapsedTime(seen.Timestamp, now) > IdleTimeout)
                _series.Remove(key);
        }
    }

    private sealed class Seen(long timestamp)
    {
        public long Timestamp { get; set; } = timestamp;

        public TValue Value { get; } = new();
    }
}
