using System.Runtime.InteropServices;

namespace Profiler.Core.Spans;

/// <summary>A thread that holds a lock from some time on.</summary>
/// <param name="Number">Its place in the order of all turns, waits and resets.</param>
/// <param name="FromNs">CLOCK_MONOTONIC.</param>
/// <param name="Holder">The thread; null if it is unknown.</param>
/// <param name="Resets">Its resets; null if it is unknown.</param>
internal readonly record struct Turn(long Number, long FromNs, LockHolder? Holder, HolderResets? Resets)
{
    public int? Tid => Resets?.Tid;
}

/// <summary>
/// The turns of one lock while it has waiters: one log for all of them. What differs from one waiter to the next is the
/// holder that the kernel named when the wait began, which is that waiter's first turn.
/// </summary>
internal sealed class LockLog
{
    // The holders of so many turns are listed: then the log can be used again.
    private const int Few = 8;

    private readonly List<Entry> _entries = [];
    private readonly List<Holder> _holders = []; // of the wait that ends, used again for each

    // A wait has begun since the last turn: the holder that the kernel named for it may be another one.
    private bool _joined;

    /// <summary>The number of threads that wait for the lock.</summary>
    public int Waiters { get; private set; }

    /// <summary>The number of turns.</summary>
    public int Count => _entries.Count;

    /// <summary>Waits that have ended refer to it: it must not change any more when it has no waiters.</summary>
    public bool IsShared { get; private set; }

    /// <summary>A thread begins to wait.</summary>
    /// <returns>The index of the first turn after that.</returns>
    public int Join()
    {
        Waiters++;
        _joined = true;
        return _entries.Count;
    }

    /// <summary>A thread does not wait any more.</summary>
    public void Leave() => Waiters--;

    /// <summary>A thread got the lock.</summary>
    public void Add(Turn turn) => Add(turn, again: false, seen: false);

    /// <summary>A thread was seen to hold the lock: a turn only for those who did not know it.</summary>
    /// <returns>False if all knew it.</returns>
    public bool AddSeen(Turn turn)
    {
        bool again = _entries.Count > 0 && _entries[^1].Turn.Tid == turn.Tid;
        if (again && !_joined)
            return false;
        Add(turn, again, seen: true);
        return true;
    }

    /// <summary>The last waiter is gone.</summary>
    /// <param name="forget">Receives the resets of each turn.</param>
    public void End(Action<HolderResets?> forget)
    {
        foreach (ref readonly Entry entry in CollectionsMarshal.AsSpan(_entries))
        {
            if (IsShared)
                entry.Turn.Resets?.Share();
            forget(entry.Turn.Resets);
        }
        if (!IsShared)
            _entries.Clear();
    }

    /// <summary>The holder at the moment, as a waiter knows it.</summary>
    /// <param name="named">The waiter's first turn.</param>
    /// <param name="joined">What <see cref="Join"/> returned for it.</param>
    public LockHolder? Current(Turn named, int joined)
    {
        int last = _entries.Count - 1;
        if (last > joined && _entries[last].Again)
            last = Math.Max(joined, _entries[last].FirstOfThread);
        return last >= joined && Counts(last, named, joined) ? _entries[last].Turn.Holder : named.Holder;
    }

    /// <summary>The holders during a wait that ends now.</summary>
    /// <param name="named">The waiter's first turn.</param>
    /// <param name="joined">What <see cref="Join"/> returned for it.</param>
    /// <param name="wait">The whole wait.</param>
    /// <param name="number">Its end's place in the order of all turns, waits and resets.</param>
    public Holders Holders(Turn named, int joined, Interval wait, long number)
    {
        if (_entries.Count - joined > Few)
        {
            IsShared = true;
            named.Resets?.Share();
            return new Holders(new WaitTurns(this, named, joined, _entries.Count, wait, number));
        }
        var cursor = new HolderCursor(this, named, joined, _entries.Count, wait, number);
        while (cursor.MoveNext())
            _holders.Add(cursor.Current);
        Holders holders = Spans.Holders.Of(CollectionsMarshal.AsSpan(_holders));
        _holders.Clear();
        return holders;
    }

    /// <summary>When a turn began, CLOCK_MONOTONIC.</summary>
    public long FromNs(int index) => _entries[index].Turn.FromNs;

    /// <summary>The next turn of another thread, from an index on, as a waiter knows it.</summary>
    public int Next(int index, int end, in Turn named, int joined)
    {
        while (index < end && !Counts(index, named, joined))
            index++;
        return index;
    }

    /// <summary>The holder of a turn during a wait. Waiters share the description between their first and their last turn.</summary>
    /// <param name="at">The turn; before <see cref="HolderCursor.Joined"/> it is the waiter's first one.</param>
    /// <param name="time">The part of the wait.</param>
    /// <param name="next">The next turn.</param>
    /// <param name="of">The wait.</param>
    public Holder Describe(int at, Interval time, int next, in HolderCursor of)
    {
        Turn turn = at < of.Joined ? of.Named : _entries[at].Turn;
        int resets = turn.Resets?.CountUntil(of.Number) ?? 0;
        Description own = default;
        ref Description told = ref at < of.Joined ? ref own : ref CollectionsMarshal.AsSpan(_entries)[at].Told;
        if (told.Holder is { } known && known.Time == time && told.Resets == resets)
            return known;
        long resetNs = ResetNs(turn, time, next, in of);
        if (told.Holder is not { } same || same.Time != time || same.ResetNs != resetNs)
        {
            told.Holder = new Holder(turn.Holder?.Task, turn.Holder?.Process, turn.Holder?.Device, time, resetNs)
            {
                OperationNs = turn.Holder?.OperationNs,
            };
        }
        told.Resets = resets;
        return told.Holder;
    }

    private void Add(Turn turn, bool again, bool seen)
    {
        int first = !again ? _entries.Count : _entries[^1].Again ? _entries[^1].FirstOfThread : _entries.Count - 1;
        _entries.Add(new Entry { Turn = turn, Again = again, Seen = seen, FirstOfThread = first });
        _joined = false;
    }

    // A thread that was seen to hold the lock again has still the turn that it had before.
    private bool Counts(int index, in Turn named, int joined) =>
        index == joined ? !_entries[index].Seen || _entries[index].Turn.Tid != named.Tid : !_entries[index].Again;

    // The resets that ended after this turn began, before the thread's next one and before the end of the wait.
    private long ResetNs(Turn turn, Interval time, int next, in HolderCursor of)
    {
        if (turn.Resets is null)
            return 0;
        long ns = 0;
        foreach ((long number, Interval reset) in turn.Resets.Between(turn.Number, of.Number))
        {
            if (reset.StartNs >= time.EndNs)
                break;
            for (; next < of.End && _entries[next].Turn.Number < number; next++)
            {
                if (_entries[next].Turn.Resets == turn.Resets && Counts(next, of.Named, of.Joined))
                    return ns;
            }
            ns += reset.OverlapNs(time);
        }
        return ns;
    }

    private struct Entry
    {
        public Turn Turn;

        /// <summary>It was only seen to hold the lock; else it got it after a wait.</summary>
        public bool Seen;

        /// <summary>The turn before was the same thread's, for those who waited already.</summary>
        public bool Again;

        /// <summary>The index of the turn that this one repeats; its own if it repeats none.</summary>
        public int FirstOfThread;

        public Description Told;
    }

    /// <summary>A turn as the last waiter got it, and the number of resets that its thread had then.</summary>
    private struct Description
    {
        public Holder? Holder;
        public int Resets;
    }
}
