namespace Profiler.Core.Spans;

/// <summary>The turns of a lock during one wait, in the log that all waiters share.</summary>
/// <param name="Log">The log of the lock.</param>
/// <param name="Named">The waiter's first turn.</param>
/// <param name="Joined">The index of the first turn after that.</param>
/// <param name="End">The index after the last turn.</param>
/// <param name="Time">The whole wait.</param>
/// <param name="Number">Its end's place in the order of all turns, waits and resets.</param>
internal sealed record WaitTurns(LockLog Log, Turn Named, int Joined, int End, Interval Time, long Number)
{
    /// <summary>The turns that are the same for all who waited during them: those between the waiter's first and last ones.</summary>
    public (int From, int To) Shared() => (Joined + 1, End - 1);
}

/// <summary>Goes through the holders during one wait.</summary>
internal struct HolderCursor
{
    private readonly LockLog _log;
    private readonly Interval _wait;
    private readonly int _skipFrom, _skipTo;
    private int _at;
    private long _fromNs;

    public HolderCursor(LockLog log, Turn named, int joined, int end, Interval wait, long number)
    {
        (_log, Named, Joined, End, _wait, Number) = (log, named, joined, end, wait, number);
        (_at, _fromNs) = (joined - 1, wait.StartNs);
    }

    /// <param name="turns">The wait.</param>
    /// <param name="skipFrom">The first turn to leave out.</param>
    /// <param name="skipTo">The turn after the last one to leave out.</param>
    public HolderCursor(WaitTurns turns, int skipFrom, int skipTo)
        : this(turns.Log, turns.Named, turns.Joined, turns.End, turns.Time, turns.Number) => (_skipFrom, _skipTo) = (skipFrom, skipTo);

    /// <inheritdoc cref="WaitTurns"/>
    public Turn Named { get; }

    /// <inheritdoc cref="WaitTurns"/>
    public int Joined { get; }

    /// <inheritdoc cref="WaitTurns"/>
    public int End { get; }

    /// <inheritdoc cref="WaitTurns"/>
    public long Number { get; }

    public Holder Current { readonly get; private set; } = null!;

    public bool MoveNext()
    {
        while (_at < End)
        {
            if (_at >= _skipFrom && _at < _skipTo && _at >= Joined)
                (_at, _fromNs) = Skip();
            if (_at >= End)
                return false;
            int at = _at, next = _log.Next(at + 1, End, Named, Joined);
            // Events of different CPUs may be slightly out of order: no turn has a negative duration.
            long until = next < End ? Math.Clamp(_log.FromNs(next), _fromNs, _wait.EndNs) : _wait.EndNs;
            var time = new Interval(_fromNs, until);
            (_fromNs, _at) = (until, next);
            if (time.DurationNs == 0)
                continue;
            Current = _log.Describe(at, time, next, in this);
            return true;
        }
        return false;
    }

    private readonly (int At, long FromNs) Skip()
    {
        int at = _log.Next(Math.Min(_skipTo, End), End, Named, Joined);
        return (at, at < End ? Math.Clamp(_log.FromNs(at), _fromNs, _wait.EndNs) : _wait.EndNs);
    }
}
