using System.Runtime.InteropServices;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>
/// Finds the closes after which the process was idle for so long, or opened a device, that it must have lived on. Not while a signal
/// may turn out to be the cause of them. One sweep over what the process did, however many pauses it made. Used again for other
/// processes.
/// </summary>
internal sealed class ClosesOver
{
    private readonly CloseBursts _bursts = new();
    private readonly List<AfterSignal> _signals = [];
    private long _overNs;

    /// <summary>
    /// Until when a signal may turn out to be the cause of closes that were not found, CLOCK_MONOTONIC, if the process does nothing
    /// more; <see cref="long.MinValue"/> if none may.
    /// </summary>
    public long UndecidedUntilNs { get; private set; }

    /// <summary>Sweeps once.</summary>
    /// <param name="signals">Signals to the process.</param>
    /// <param name="spans">In the order of their starts.</param>
    /// <param name="untilNs">The end, CLOCK_MONOTONIC: later spans do not count.</param>
    /// <param name="opensAgain">It opens a device then.</param>
    /// <returns>The closes that are over; valid until the next sweep.</returns>
    public CloseBursts Find(ReadOnlySpan<SignalDelivered> signals, ReadOnlySpan<ProcessSpan> spans, long untilNs, bool opensAgain)
    {
        Begin(signals);
        long reachedNs = long.MinValue;
        foreach (ref readonly ProcessSpan span in spans)
        {
            if (span.Time.StartNs >= untilNs)
                break;
            if (span.Time.StartNs > reachedNs || (span.IsOpen && span.Time.StartNs == reachedNs))
                Idle(span.Time.StartNs, span.IsOpen);
            if (span.IsRelease || span.MayFollowClose)
                _bursts.Add(span.Time, span.Operation);
            if (span.IsOfDevice)
            {
                foreach (ref AfterSignal after in CollectionsMarshal.AsSpan(_signals))
                    after.Add(span.Time, span.IsRelease);
            }
            reachedNs = Math.Max(reachedNs, span.Time.EndNs);
        }
        UndecidedUntilNs = long.MinValue;
        if (untilNs > reachedNs)
            Idle(untilNs, opensAgain);
        _bursts.RemovePending();
        return _bursts;
    }

    private void Begin(ReadOnlySpan<SignalDelivered> signals)
    {
        _bursts.Clear();
        _signals.Clear();
        foreach (SignalDelivered signal in signals)
            _signals.Add(new AfterSignal(signal));
        _overNs = long.MinValue;
    }

    // The process does nothing with its devices up to this time: only then a shutdown can be over.
    private void Idle(long toNs, bool goesOn)
    {
        if (!_bursts.HasPending)
            return;
        long lastNs = _bursts[^1].EndNs;
        UndecidedUntilNs = MayDieUntilNs(toNs);
        if (!goesOn && (toNs - lastNs <= (long)CloseBursts.Gap.TotalNanoseconds || toNs <= UndecidedUntilNs))
            return;
        UndecidedUntilNs = long.MinValue;
        _overNs = lastNs;
        _bursts.End();
    }

    private long MayDieUntilNs(long nowNs)
    {
        long untilNs = long.MinValue;
        foreach (ref readonly AfterSignal after in CollectionsMarshal.AsSpan(_signals))
        {
            if (after.Signal.TimeNs > _overNs && after.Signal.TimeNs <= nowNs)
                untilNs = Math.Max(untilNs, ShutdownCause.MayKillUntilNs(in after));
        }
        return untilNs;
    }
}
