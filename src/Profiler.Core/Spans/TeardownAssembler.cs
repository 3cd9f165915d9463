using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The nested parts of a teardown that one thread is in.</summary>
internal sealed class TeardownAssembler
{
    // A few parts nest; with more, ends were lost.
    private const int MaxDepth = 16;

    private readonly List<(TeardownStep Step, long StartNs)> _open = []; // the outermost first

    public bool IsEmpty => _open.Count == 0;

    /// <summary>The innermost part in progress; null if there is none.</summary>
    public (TeardownStep Step, long SinceNs)? Current => IsEmpty ? null : _open[^1];

    /// <summary>A part begins.</summary>
    /// <returns>The number of open parts whose ends must have been lost.</returns>
    public int Begin(TeardownStep step, long timeNs)
    {
        int lost = _open.Count >= MaxDepth ? Clear() : 0;
        _open.Add((step, timeNs));
        return lost;
    }

    /// <summary>A part ends; null if its begin was lost.</summary>
    public Interval? End(TeardownStep step, long timeNs, ref long unmatched)
    {
        int at = _open.Count - 1;
        while (at >= 0 && _open[at].Step != step)
            at--;
        if (at < 0)
            return null;
        long startNs = _open[at].StartNs;
        unmatched += _open.Count - 1 - at;
        _open.RemoveRange(at, _open.Count - at);
        return new Interval(startNs, timeNs);
    }

    /// <summary>Drops the open parts; returns how many.</summary>
    public int Clear()
    {
        int count = _open.Count;
        _open.Clear();
        return count;
    }
}
