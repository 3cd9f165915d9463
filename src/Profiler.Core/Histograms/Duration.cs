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
    public static IEnumerable<Duration> Of(Activity activity) => activity switch
    {
        Operation operation =>
        [
            Of(operation.Kind == OperationKind.Release ? HistogramKey.Release : HistogramKey.Open, operation.Time, operation.Device),
            .. operation.LockWaits.Select(wait => Of(HistogramKey.LockWait, wait.Time, operation.Device)),
            .. operation.Resets.Select(Of),
        ],
        StandaloneReset standalone => [Of(standalone.Reset)],
        _ => [],
    };

    /// <summary>
    /// The durations of a shutdown: its own and those of its phases. Its releases are activities of their own. A shutdown that was
    /// not seen from begin to end has none: they would be too short.
    /// </summary>
    public static IEnumerable<Duration> Of(Shutdown shutdown)
    {
        if (!shutdown.IsWhole)
            return [];
        ShutdownPhases phases = shutdown.Phases;
        return
        [
            Of(HistogramKey.Shutdown, shutdown.Time, null),
            .. Enum.GetValues<Phase>().Where(phase => phases[phase] > 0)
                .Select(phase => new Duration(HistogramKey.Of(phase), phases[phase], shutdown.Time.EndNs, null)),
        ];
    }

    private static Duration Of(Reset reset) => Of(HistogramKey.Of(reset.Method), reset.Time, reset.Device);

    private static Duration Of(HistogramKey key, Interval time, string? device) =>
        new(key, time.DurationNs, time.EndNs, device);
}
