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

    private readonly Dictionary<TKey, LinkedListNode<Seen>> _series = [];
    private readonly LinkedList<Seen> _byUse = new(); // the longest unused first

    /// <summary>How often a key was aggregated in the shared value.</summary>
    public long Folded { get; private set; }

    /// <summary>The value of a key, or the shared one if the limit is reached; counts as use.</summary>
    public TValue this[TKey key] => Use(key).Value;

    /// <summary>The key of the value that a key has: itself or the shared one; counts as use.</summary>
    public TKey Admit(TKey key) => Use(key).Key;

    /// <summary>All keys that are in use, with their values.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> All()
    {
        RemoveIdle(time.GetTimestamp());
        return _byUse.Select(s => KeyValuePair.Create(s.Key, s.Value));
    }

    private Seen Use(TKey key)
    {
        long now = time.GetTimestamp();
        if (!_series.TryGetValue(key, out LinkedListNode<Seen>? node))
        {
            if (!Room(now) && !key.Equals(other))
            {
                Folded++;
                return Use(other);
            }
            _series[key] = node = _byUse.AddLast(new Seen(key));
        }
        else if (node.Next is not null)
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
        }
        node.Value.Timestamp = now;
        return node.Value;
    }

    private bool Room(long now)
    {
        if (Kept >= limit)
            RemoveIdle(now);
        return Kept < limit;
    }

    private int Kept => _series.Count - (_series.ContainsKey(other) ? 1 : 0);

    private void RemoveIdle(long now)
    {
        while (_byUse.First is { } oldest && time.GetElapsedTime(oldest.Value.Timestamp, now) > IdleTimeout)
        {
            _byUse.RemoveFirst();
            _series.Remove(oldest.Value.Key);
        }
    }

    private sealed class Seen(TKey key)
    {
        public TKey Key => key;

        public long Timestamp { get; set; }

        public TValue Value { get; } = new();
    }
}
