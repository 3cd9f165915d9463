using System.Collections.Immutable;

namespace Profiler.Core.Histograms;

/// <summary>Figures by key, a bounded number of them.</summary>
/// <param name="Rows">In no particular order.</param>
/// <param name="Evicted">Number of keys that were evicted.</param>
public sealed record Tally<TFigures>(ImmutableArray<TFigures> Rows, long Evicted);

/// <summary>The totals of one key, which change in place.</summary>
internal interface ITotals<out TFigures>
{
    /// <summary>The figures at this moment; immutable.</summary>
    TFigures Figures();
}

/// <summary>Totals by key. Bounded: the key that was quiet for the longest time is evicted.</summary>
/// <param name="capacity">Maximum number of keys.</param>
/// <param name="create">Totals of a new key.</param>
internal sealed class BoundedTally<TKey, TTotals, TFigures>(int capacity, Func<TKey, TTotals> create)
    where TKey : notnull
    where TTotals : class, ITotals<TFigures>
    where TFigures : class
{
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _byKey = [];
    private readonly LinkedList<Entry> _byAge = new(); // the longest quiet first
    private Tally<TFigures>? _snapshot;
    private long _evicted;

    /// <summary>The totals of a key, to be changed.</summary>
    public TTotals this[TKey key]
    {
        get
        {
            _snapshot = null;
            if (!_byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                if (_byKey.Count >= capacity)
                    Evict();
                _byKey[key] = node = _byAge.AddLast(new Entry(key, create(key)));
            }
            else if (node.Next is not null)
            {
                _byAge.Remove(node);
                _byAge.AddLast(node);
            }
            node.Value.Figures = null;
            return node.Value.Totals;
        }
    }

    /// <summary>The figures at this moment; the same objects until something changes.</summary>
    public Tally<TFigures> Snapshot() =>
        _snapshot ??= new Tally<TFigures>([.. _byAge.Select(e => e.Figures ??= e.Totals.Figures())], _evicted);

    private void Evict()
    {
        _byKey.Remove(_byAge.First!.Value.Key);
        _byAge.RemoveFirst();
        _evicted++;
    }

    private sealed class Entry(TKey key, TTotals totals)
    {
        public TKey Key => key;

        public TTotals Totals => totals;

        /// <summary>Null if the totals have changed since they were asked for.</summary>
        public TFigures? Figures { get; set; }
    }
}
