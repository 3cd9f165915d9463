using System.Collections.Immutable;
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
    private readonly List<Entry> _entries = [];
    private readonly List<Holder> _holders = []; // of the wait that ends, used again for each

    // A wait has begun since the last turn: the holder that the kernel named for it may be another one.
    private bool _joined;

    /// <summary>The number of threads that wait for the lock.</summary>
    public int Waiters { get; private set; }

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

    /// <summary>Forgets all turns.</summary>
    /// <param name="forget">Receives the resets of each.</param>
    public void Clear(Action<HolderResets?> forget)
    {
        foreach (Entry entry in _entries)
            forget(entry.Turn.Resets);
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

    /// <summary>The holders during a wait, in order.</summary>
    /// <param name="named">The waiter's first turn.</param>
    /// <param name="joined">What <see cref="Join"/> returned for it.</param>
    /// <param name="wait">The whole wait.</param>
    public ImmutableArray<Holder> Holders(Turn named, int joined, Interval wait)
    {
        Span<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        Description own = default;
        long from = wait.StartNs;
        for (int at = joined - 1; at < entries.Length;)
        {
            int next = Next(at + 1, named, joined);
            // Events of different CPUs may be slightly out of order: no turn has a negative duration.
            long until = next < entries.Length ? Math.Clamp(entries[next].Turn.FromNs, from, wait.EndNs) : wait.EndNs;
            if (until > from)
            {
                ref Description told = ref at < joined ? ref own : ref entries[at].Told;
                Holder holder = Describe(ref told, at < joined ? named : entries[at].Turn, new Interval(from, until), next, named, joined);
                _holders.Add(holder);
            }
            (from, at) = (until, next);
        }
        ImmutableArray<Holder> holders = [.. _holders];
        _holders.Clear();
        return holders;
    }

    private void Add(Turn turn, bool again, bool seen)
    {
        int first = !again ? _entries.Count : _entries[^1].Again ? _entries[^1].FirstOfThread : _entries.Count - 1;
        _entries.Add(new Entry { Turn = turn, Again = again, Seen = seen, FirstOfThread = first });
        _joined = false;
    }

    private int Next(int index, Turn named, int joined)
    {
        while (index < _entries.Count && !Counts(index, named, joined))
            index++;
        return index;
    }

    // A thread that was seen to hold the lock again has still the turn that it had before.
    private bool Counts(int index, Turn named, int joined) =>
        index == joined ? !_entries[index].Seen || _entries[index].Turn.Tid != named.Tid : !_entries[index].Again;

    // All waiters share the holders between their first and their last one, as long as those have not reset anything more.
    private Holder Describe(ref Description told, Turn turn, Interval time, int next, Turn named, int joined)
    {
        int resets = turn.Resets?.Count ?? 0;
        if (told.Holder is { } known && known.Time == time && told.Resets == resets)
            return known;
        long resetNs = ResetNs(turn, time, next, named, joined);
        if (told.Holder is not { } same || same.Time != time || same.ResetNs != resetNs)
            told.Holder = new Holder(turn.Holder?.Task, turn.Holder?.Process, turn.Holder?.Device, time, resetNs);
        told.Resets = resets;
        return told.Holder;
    }

    // The resets that ended after this turn began and before the thread's next one.
    private long ResetNs(Turn turn, Interval time, int next, Turn named, int joined)
    {
        if (turn.Resets is null)
            return 0;
        long ns = 0;
        foreach ((long number, Interval reset) in turn.Resets.After(turn.Number))
        {
            if (reset.StartNs >= time.EndNs)
                break;
            for (; next < _entries.Count && _entries[next].Turn.Number < number; next++)
            {
                if (_entries[next].Turn.Resets == turn.Resets && Counts(next, named, joined))
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
