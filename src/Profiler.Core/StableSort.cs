namespace Profiler.Core;

/// <summary>
/// Natural merge sort: equal items keep their order, what is sorted already costs one look at each, and a few sorted runs one
/// after another cost little more.
/// </summary>
internal static class StableSort
{
    /// <summary>Sorts by a key, ascending.</summary>
    public static void By<T>(Span<T> items, Func<T, long> key)
    {
        if (IsSorted(items, key))
            return;
        using var unsorted = new Scratch<T>();
        using Scratch<Keyed> keyed = new(), merged = new();
        foreach (T item in items)
        {
            keyed.Add(new Keyed(key(item), unsorted.Count));
            merged.Add(default);
            unsorted.Add(item);
        }
        Span<Keyed> from = keyed.Items, to = merged.Items;
        while (MergePairs(from, to) > 1)
        {
            Span<Keyed> sorted = to;
            to = from;
            from = sorted;
        }
        for (int i = 0; i < items.Length; i++)
            items[i] = unsorted.Items[to[i].Place];
    }

    private static bool IsSorted<T>(ReadOnlySpan<T> items, Func<T, long> key)
    {
        long before = long.MinValue;
        foreach (T item in items)
        {
            long next = key(item);
            if (next < before)
                return false;
            before = next;
        }
        return true;
    }

    // Merges each two neighbouring runs; returns the number of runs that are left.
    private static int MergePairs(ReadOnlySpan<Keyed> from, Span<Keyed> to)
    {
        int runs = 0;
        for (int start = 0; start < from.Length; runs++)
        {
            int middle = RunEnd(from, start), end = RunEnd(from, middle);
            Merge(from[start..middle], from[middle..end], to[start..end]);
            start = end;
        }
        return runs;
    }

    private static void Merge(ReadOnlySpan<Keyed> left, ReadOnlySpan<Keyed> right, Span<Keyed> to)
    {
        int l = 0, r = 0;
        for (int i = 0; i < to.Length; i++)
        {
            bool isLeft = r == right.Length || (l < left.Length && left[l].Key <= right[r].Key);
            to[i] = isLeft ? left[l++] : right[r++];
        }
    }

    private static int RunEnd(ReadOnlySpan<Keyed> items, int start)
    {
        if (start == items.Length)
            return start;
        int end = start + 1;
        while (end < items.Length && items[end - 1].Key <= items[end].Key)
            end++;
        return end;
    }

    /// <param name="Key">The key of an item.</param>
    /// <param name="Place">Its place before.</param>
    private readonly record struct Keyed(long Key, int Place);
}
