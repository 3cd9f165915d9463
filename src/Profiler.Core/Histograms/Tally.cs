using System.Collections.Immutable;

namespace Profiler.Core.Histograms;

/// <summary>Figures by key: a bounded number of them.</summary>
/// <param name="Rows">In no order that means anything.</param>
/// <param name="Evicted">How many there were that had to make room for others.</param>
public sealed record Tally<TFigures>(ImmutableArray<TFigures> Rows, long Evicted);

/// <summary>Immutable figures by key; where there are too many, the one that has been quiet for longest goes.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class BoundedTally<TKey, TFigures>(int capacity)
    where TKey : notnull
    where TFigures : class
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TFigures Figures)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TFigures Figures)> _byAge = new(); // the quietest first
    private Tally<TFigures>? _snapshot;
    private long _evicted;

    /// <summary>Replaces the figures of a key.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="next">From the figures so far, null if there are none, to the new ones.</param>
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

    /// <summary>The picture of this moment; the same one as long as nothing changes.</summary>
    public Tally<TFigures> Snapshot() => _snapshot ??= new Tally<TFigures>([.. _byAge.Select(e => e.Figures)], _evicted);
}
