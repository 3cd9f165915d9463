using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>
/// Finds the closes after which the process was idle for so long, or opened a device, that it must have lived on. Not while a signal
/// may turn out to be the cause of them. One sweep over what the process did, however many pauses it made.
/// </summary>
/// <param name="signals">Signals to the process.</param>
internal sealed class ClosesOver(IEnumerable<SignalDelivered> signals)
{
    private readonly List<CloseBurst> _over = [];
    private readonly List<CloseBurst> _pending = [];
    private readonly AfterSignal[] _signals = [.. signals.Select(s => new AfterSignal(s))];
    private long _overNs = long.MinValue;

    /// <summary>
    /// Until when a signal may turn out to be the cause of closes that were not found, CLOCK_MONOTONIC, if the process does nothing
    /// more; <see cref="long.MinValue"/> if none may.
    /// </summary>
    public long UndecidedUntilNs { get; private set; } = long.MinValue;

    /// <summary>Sweeps once.</summary>
    /// <param name="spans">In the order of their starts; all start before the end.</param>
    /// <param name="untilNs">The end, CLOCK_MONOTONIC.</param>
    /// <param name="opensAgain">It opens a device then.</param>
    public List<CloseBurst> Find(IReadOnlyList<Span> spans, long untilNs, bool opensAgain)
    {
        long reachedNs = long.MinValue;
        foreach (Span span in spans)
        {
            if (span.Time.StartNs > reachedNs || (span.IsOpen && span.Time.StartNs == reachedNs))
                Idle(span.Time.StartNs, span.IsOpen);
            if (span.IsRelease || (span.Part is not null && CloseBurst.IsCaused(span.Part)))
                CloseBurst.Add(_pending, span.Time, span.Operation);
            for (int i = 0; span.Part is null && i < _signals.Length; i++)
                _signals[i].Add(new DeviceActivity(span.Time, span.IsRelease));
            reachedNs = Math.Max(reachedNs, span.Time.EndNs);
        }
        UndecidedUntilNs = long.MinValue;
        if (untilNs > reachedNs)
            Idle(untilNs, opensAgain);
        return _over;
    }

    // The process does nothing with its devices up to this time: only then a shutdown can be over.
    private void Idle(long toNs, bool goesOn)
    {
        if (_pending.Count == 0)
            return;
        long lastNs = _pending[^1].EndNs;
        UndecidedUntilNs = MayDieUntilNs(toNs);
        if (!goesOn && (toNs - lastNs <= (long)CloseBurst.Gap.TotalNanoseconds || toNs <= UndecidedUntilNs))
            return;
        UndecidedUntilNs = long.MinValue;
        _over.AddRange(_pending);
        _overNs = lastNs;
        _pending.Clear();
    }

    private long MayDieUntilNs(long nowNs)
    {
        long untilNs = long.MinValue;
        foreach (ref readonly AfterSignal after in _signals.AsSpan())
        {
            if (after.Signal.TimeNs > _overNs && after.Signal.TimeNs <= nowNs)
                untilNs = Math.Max(untilNs, ShutdownCause.MayKillUntilNs(in after));
        }
        return untilNs;
    }

    /// <summary>Something that the process did.</summary>
    /// <param name="Time">When.</param>
    /// <param name="Operation">The release or open; null if it was something else.</param>
    /// <param name="Part">The part of a teardown; null if it was something else.</param>
    internal readonly record struct Span(Interval Time, Operation? Operation, TeardownPart? Part)
    {
        public bool IsRelease => Operation?.Kind == OperationKind.Release;

        public bool IsOpen => Operation?.Kind == OperationKind.Open;
    }
}
