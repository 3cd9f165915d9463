namespace Profiler.Core.Statistics;

/// <summary>
/// Values by key, a limited number of them: what comes beyond the limit shares one value, and who has not been seen
/// for <see cref="IdleTimeout"/> leaves. Not thread safe.
/// </summary>
/// <param name="limit">How many keys at most, the shared one not counted; at least 0.</param>
/// <param name="other">The key of the shared value; asked for by name, it is the shared value too.</param>
/// <param name="time">Tells how long somebody has not been seen.</param>
public sealed class BoundedSeries<TKey, TValue>(int limit, TKey other, TimeProvider time)
    where TKey : notnull
    where TValue : new()
{
    /// <summary>How long a key is remembered that is not asked for.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromHours(1);

    private readonly Dictionary<TKey, Seen> _series = [];

    /// <summary>How often a key had to share the value of <c>other</c>.</summary>
    public long Folded { get; private set; }

    /// <summary>The value of a key, or the shared one if there is no room; counts as having seen it.</summary>
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

    /// <summary>The key under which a key's value is found: itself or the shared one; counts as having seen it.</summary>
    public TKey Admit(TKey key)
    {
        _ = this[key];
        return _series.ContainsKey(key) ? key : other;
    }

    /// <summary>All that have been seen of late.</summary>
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
