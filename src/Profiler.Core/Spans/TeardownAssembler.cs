using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The parts of a teardown one thread is in: they nest.</summary>
internal sealed class TeardownAssembler
{
    // They are a few inside one another; of more, ends were lost.
    private const int Deepest = 16;

    private readonly Stack<(TeardownStep Step, long StartNs)> _open = new();

    public bool IsEmpty => _open.Count == 0;

    /// <summary>The innermost part under way.</summary>
    public (TeardownStep Step, long SinceNs)? Current => _open.TryPeek(out var innermost) ? innermost : null;

    /// <summary>A part begins.</summary>
    /// <returns>How many parts were given up, since their ends must have been lost.</returns>
    public int Begin(TeardownStep step, long timeNs)
    {
        int lost = _open.Count >= Deepest ? Forget() : 0;
        _open.Push((step, timeNs));
        return lost;
    }

    /// <summary>A part ended; null if its begin was never seen.</summary>
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

    /// <summary>Drops what is open; returns how many parts that was.</summary>
    public int Forget()
    {
        int count = _open.Count;
        _open.Clear();
        return count;
    }
}
