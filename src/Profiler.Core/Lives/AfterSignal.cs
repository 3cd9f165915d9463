using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What a process does after a signal, as far as it shows whether the signal ends it.</summary>
/// <param name="signal">The signal.</param>
internal struct AfterSignal(SignalDelivered signal)
{
    private long _busyNs = signal.TimeNs, _closedNs;
    private long? _firstCloseNs;
    private bool _paused;

    public readonly SignalDelivered Signal => signal;

    /// <summary>Adds what the process did next with its devices, in the order of the starts.</summary>
    /// <param name="time">When.</param>
    /// <param name="isRelease">It was a release.</param>
    public void Add(Interval time, bool isRelease)
    {
        if (time.EndNs > _busyNs && ShutdownCause.Within(CloseBursts.Gap, _busyNs, time.StartNs))
            _busyNs = time.EndNs;
        if (!isRelease || time.EndNs <= signal.TimeNs)
            return;
        _paused |= _firstCloseNs is not null && !ShutdownCause.Within(CloseBursts.Gap, _closedNs, time.StartNs);
        _firstCloseNs ??= time.StartNs;
        _closedNs = Math.Max(_closedNs, time.EndNs);
    }

    /// <summary>Whether the signal leads to an exit at this time.</summary>
    /// <remarks>
    /// The process begins to exit soon after the signal, or after what it was doing when the signal came. Or it was asked to end,
    /// closes its devices itself without a pause, and exits soon after that. Any other activity in between means that it lived on.
    /// </remarks>
    public readonly bool LeadsTo(long dyingNs) => dyingNs <= LeadsUntilNs;

    /// <summary>The last time of an exit that the signal leads to, CLOCK_MONOTONIC; <see cref="long.MinValue"/> if to none.</summary>
    public readonly long LeadsUntilNs
    {
        get
        {
            if (signal.Ignored)
                return long.MinValue;
            bool closes = ShutdownCause.IsRequest(signal) && _firstCloseNs is { } closeNs && ShutdownCause.Within(ShutdownCause.Soon, _busyNs, closeNs) && !_paused;
            return (closes ? Math.Max(_busyNs, _closedNs) : _busyNs) + (long)ShutdownCause.Soon.TotalNanoseconds;
        }
    }
}
