using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>
/// One value of a histogram. The only place that says what counts in which: whoever keeps histograms of their own has
/// the same numbers.
/// </summary>
/// <param name="Key">Which histogram.</param>
/// <param name="Ns">Nanoseconds.</param>
/// <param name="EndNs">When it was over, CLOCK_MONOTONIC.</param>
/// <param name="Device">The device; null if the value is not of one.</param>
public readonly record struct Duration(HistogramKey Key, long Ns, long EndNs, string? Device)
{
    /// <summary>Of what is over: itself, and the waits and resets within.</summary>
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
    /// Of a shutdown: itself and its phases; its releases have been told when they were over. One whose begin or end was not
    /// seen took longer than is known: it counts nowhere.
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
