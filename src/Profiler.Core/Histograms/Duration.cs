using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>
/// One value of a histogram. This is the only place that decides what counts in which histogram, for ours and for others.
/// </summary>
/// <param name="Key">The histogram.</param>
/// <param name="Ns">Nanoseconds.</param>
/// <param name="EndNs">Its end, CLOCK_MONOTONIC.</param>
/// <param name="Device">The device; null if it is not about one device.</param>
public readonly record struct Duration(HistogramKey Key, long Ns, long EndNs, string? Device)
{
    /// <summary>The durations of an activity: its own, and those of its waits and resets.</summary>
    public static ActivityDurations Of(Activity activity) => new(activity);

    /// <summary>
    /// The durations of a shutdown: its own and those of its phases. Its releases are activities of their own. A shutdown that was
    /// not seen from begin to end has none: they would be too short.
    /// </summary>
    public static ShutdownDurations Of(Shutdown shutdown) => new(shutdown);

    /// <summary>
    /// The durations of a start: its own and those of its phases. Its opens are activities of their own. One that failed, or was not seen
    /// from begin to end, has none.
    /// </summary>
    public static StartDurations Of(Start start) => new(start);

    internal static Duration Of(Reset reset) => Of(HistogramKey.Of(reset.Method), reset.Time, reset.Device);

    internal static Duration Of(HistogramKey key, Interval time, string? device) =>
        new(key, time.DurationNs, time.EndNs, device);
}
