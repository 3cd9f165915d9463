namespace Profiler.Core.Statistics;

/// <summary>The wall-clock times of events, without reading a clock for each: events of about a second share one reading.</summary>
/// <param name="wallClock">Converts CLOCK_MONOTONIC nanoseconds, exactly.</param>
internal sealed class EventClock(Func<long, DateTimeOffset> wallClock)
{
    private const long Second = 1_000_000_000;

    private long _ns;
    private DateTimeOffset? _at;

    /// <summary>The wall-clock time of an event.</summary>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public DateTimeOffset Of(long ns)
    {
        if (_at is not { } at || Math.Abs(ns - _ns) > Second)
            (_ns, _at) = (ns, at = wallClock(ns));
        return at.AddTicks((ns - _ns) / TimeSpan.NanosecondsPerTick);
    }
}
