using System.Collections;
using System.Runtime.CompilerServices;

namespace Profiler.Core.Spans;

/// <summary>
/// The holders of a lock during one wait, in order. Those of a long wait are a part of the log of the lock, which all its waiters
/// share: many waiters need no list each.
/// </summary>
[CollectionBuilder(typeof(Holders), nameof(Of))]
public readonly struct Holders : IEnumerable<Holder>
{
    private readonly Holder[]? _few;
    private readonly WaitTurns? _many;

    // Turns of the log to leave out.
    private readonly int _skipFrom, _skipTo;

    private Holders(Holder[] few) => _few = few;

    internal Holders(WaitTurns many, int skipFrom = 0, int skipTo = 0) => (_many, _skipFrom, _skipTo) = (many, skipFrom, skipTo);

    /// <summary>The part of a shared log; null if it is none.</summary>
    internal WaitTurns? Many => _many;

    public static Holders Of(ReadOnlySpan<Holder> holders) => new(holders.ToArray());

    public Enumerator GetEnumerator() => new(_few, _many, _skipFrom, _skipTo);

    IEnumerator<Holder> IEnumerable<Holder>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The holders in order.</summary>
    public struct Enumerator : IEnumerator<Holder>
    {
        private readonly Holder[]? _few;
        private HolderCursor _cursor;
        private int _index = -1;

        internal Enumerator(Holder[]? few, WaitTurns? many, int skipFrom, int skipTo)
        {
            _few = few;
            if (many is not null)
                _cursor = new HolderCursor(many, skipFrom, skipTo);
        }

        public readonly Holder Current => _few is not null ? _few[_index] : _cursor.Current;

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => _few is not null ? ++_index < _few.Length : _cursor.MoveNext();

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }
    }
}

/// <summary>Goes through the holders of several waits, and through those that they share once.</summary>
internal struct HoldersOnce
{
    private Dictionary<LockLog, (int From, int To)>? _told;

    /// <summary>The holders of a wait, without the shared ones of waits that were added.</summary>
    public readonly Holders Of(LockWait wait) =>
        wait.Holders.Many is { } many && _told?.TryGetValue(many.Log, out (int From, int To) told) == true
            ? new Holders(many, told.From, told.To)
            : wait.Holders;

    /// <summary>The shared holders of this wait need not come again.</summary>
    public void Add(LockWait wait)
    {
        if (wait.Holders.Many is not { } many)
            return;
        (int from, int to) = many.Shared();
        _told ??= [];
        // Waiters come and go, but the waits of a crowd overlap.
        if (_told.TryGetValue(many.Log, out (int From, int To) told) && from <= told.To && told.From <= to)
            (from, to) = (Math.Min(from, told.From), Math.Max(to, told.To));
        _told[many.Log] = (from, to);
    }
}
