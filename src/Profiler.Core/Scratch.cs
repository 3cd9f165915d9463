using System.Buffers;
using System.Runtime.CompilerServices;

namespace Profiler.Core;

/// <summary>A list for one computation, in an array that is used again for others.</summary>
internal ref struct Scratch<T>
{
    private T[] _items = ArrayPool<T>.Shared.Rent(64);

    public Scratch()
    {
    }

    public int Count { get; private set; }

    public readonly Span<T> Items => _items.AsSpan(0, Count);

    public void Add(T item)
    {
        if (Count == _items.Length)
            Grow();
        _items[Count++] = item;
    }

    public readonly void Dispose()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            Items.Clear();
        ArrayPool<T>.Shared.Return(_items);
    }

    private void Grow()
    {
        T[] larger = ArrayPool<T>.Shared.Rent(2 * Count);
        Items.CopyTo(larger);
        Dispose();
        _items = larger;
    }
}
