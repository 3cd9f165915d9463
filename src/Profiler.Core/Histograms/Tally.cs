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

    /// <summary>Replaces the figures of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="next">Gets the present figures, null if there are none, and returns the new ones.</param>
    public void Update(TKey key, Func<TFigures?, TFigures> next)
    {
        _snapshot = null;
        if (_byKey.Remove(key, out var node))
            _byAge.Remove(node);
        else if (_byKey.Count >= capacity)
        {
            _byKey.Remove(_byAge.First!.Value.Key);
            _byAge.RemoveFirst();
            _evicted++;
        }
        _byKey[key] = _byAge.AddLast((key, next(node?.Value.Figures)));
    }

    /// <summary>The figures at this moment; the same object until something changes.</summary>
    public Tally<TFigures> Snapshot() => _snapshot ??= new Tally<TFigures>([.. _byAge.Select(e => e.Figures)], _evicted);
}
