using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The nested parts of a teardown that one thread is in.</summary>
internal sealed class TeardownAssembler
{
    // A few parts nest; with more, ends were lost.
    private const int MaxDepth = 16;

    private readonly Stack<(TeardownStep Step, long StartNs)> _open = new();

    public bool IsEmpty => _open.Count == 0;

    /// <summary>The innermost part in progress; null if there is none.</summary>
    public (TeardownStep Step, long SinceNs)? Current => _open.TryPeek(out var innermost) ? innermost : null;

    /// <summary>A part begins.</summary>
    /// <returns>The number of open parts whose ends must have been lost.</returns>
    public int Begin(TeardownStep step, long timeNs)
    {
        int lost = _open.Count >= MaxDepth ? Clear() : 0;
        _open.Push((step, timeNs));
        return lost;
    }

    /// <summary>A part ends; null if its begin was lost.</summary>
    public Interval? End(TeardownStep step, long timeNs, ref long unmatched)
    {
        if (!_open.Any(o => o.Step == step))
            return null;
        while (_open.Peek().Step != step)
        {
            _open.Pop();
            unmatched++;
        }
        return new Interval(_open.Pop().StartNs, timeNs);
    }

    /// <summary>Drops the open parts; returns how many.</summary>
    public int Clear()
    {
        int count = _open.Count;
        _open.Clear();
        return count;
    }
}
