namespace Profiler.Metrics.Otlp.Lives;

/// <summary>
/// Times of one life as nanoseconds since 1970, from one reading of both clocks: its durations stay those of the kernel, to the nanosecond.
/// </summary>
/// <param name="ns">CLOCK_MONOTONIC.</param>
/// <param name="at">The same moment.</param>
internal sealed class LifeClock(long ns, DateTimeOffset at)
{
    // A damaged recording may have a time that no calendar has.
    private readonly Int128 _offset = SinceEpoch(at) - ns;

    /// <param name="eventNs">CLOCK_MONOTONIC.</param>
    public ulong Of(long eventNs) => Bounded(_offset + eventNs);

    /// <summary>Nanoseconds since 1970 of a time that has no event.</summary>
    public static ulong Of(DateTimeOffset at) => Bounded(SinceEpoch(at));

    private static Int128 SinceEpoch(DateTimeOffset at) => (Int128)(at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * TimeSpan.NanosecondsPerTick;

    private static ulong Bounded(Int128 ns) => (ulong)Int128.Clamp(ns, 0, long.MaxValue);
}
