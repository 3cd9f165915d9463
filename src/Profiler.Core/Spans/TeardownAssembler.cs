using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>The parts of a teardown one thread is in: they nest.</summary>
internal sealed class TeardownAssembler
{
    private readonly Stack<(TeardownStep Step, long StartNs)> _open = new();

    public bool IsEmpty => _open.Count == 0;

    /// <summary>The innermost part under way.</summary>
    public (TeardownStep Step, long SinceNs)? Current => _open.TryPeek(out var innermost) ? innermost : null;

    public void Begin(TeardownStep step, long timeNs) => _open.Push((step, timeNs));

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
