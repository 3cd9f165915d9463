using System.Collections.Immutable;

namespace Profiler.Core.Histograms;

/// <summary>Figures by key, a bounded number of them.</summary>
/// <param name="Rows">In no particular order.</param>
/// <param name="Evicted">Number of keys that were evicted.</param>
public sealed record Tally<TFigures>(ImmutableArray<TFigures> Rows, long Evicted);

/// <summary>Immutable figures by key. Bounded: the key that was quiet for the longest time is evicted.</summary>
/// <param name="capacity">Maximum number of keys.</param>
internal sealed class BoundedTally<TKey, TFigures>(int capacity)
    where TKey : notnull
    where TFigures : class
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TFigures Figures)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TFigures Figures)> _byAge = new(); // the longest quiet first
    private Tally<TFigures>? _snapshot;
    private long _evicted;

    /// <summary>The present figures of a key; null if there are none.</summary>
    public TFigures? this[TKey key] => _byKey.TryGetValue(key, out var node) ? node.Value.Figures : null;

    /// <summary>Replaces the figures of a key.</summary>
    public void Set(TKey key, TFigures figures)
    {
        _snapshot = null;
        if (_byKey.TryGetValue(key, out var node))
        {
            _byAge.Remove(node);
            node.Value = (key, figures);
        }
        else
        {
            if (_byKey.Count >= capacity)
                Evict();
            _byKey[key] = node = new((key, figures));
        }
        _byAge.AddLast(node);
    }

    /// <summary>The figures at this moment; the same object until something changes.</summary>
    public Tally<TFigures> Snapshot() => _snapshot ??= new Tally<TFigures>([.. _byAge.Select(e => e.Figures)], _evicted);

    private void Evict()
    {
        _byKey.Remove(_byAge.First!.Value.Key);
        _byAge.RemoveFirst();
        _evicted++;
    }
}
