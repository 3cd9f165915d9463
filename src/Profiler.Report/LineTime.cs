using Profiler.Core.Recording;

namespace Profiler.Report;

/// <summary>Times of events as wall-clock time.</summary>
internal static class LineTime
{
    /// <summary>UTC, to 100 ns: from the one pair of both clocks that a capture has.</summary>
    /// <param name="info">The capture.</param>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public static DateTimeOffset Of(CaptureInfo info, long ns)
    {
        DateTimeOffset start = info.Start.ToUniversalTime();
        // A damaged recording may have a time that no calendar has.
        long ticks = Math.Clamp((ns - info.StartNs) / TimeSpan.NanosecondsPerTick, -start.UtcTicks, DateTimeOffset.MaxValue.UtcTicks - start.UtcTicks);
        return start.AddTicks(ticks);
    }
}
