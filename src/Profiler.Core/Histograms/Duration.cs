using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Which histogram of <see cref="HistogramSet"/>.</summary>
public enum HistogramKind
{
    Release,
    Open,
    LockWait,
    Reset,
    Shutdown,
    Phase,
}

/// <summary>
/// One value of a histogram. The only place that says what counts in which: whoever keeps histograms of their own has
/// the same numbers.
/// </summary>
/// <param name="Kind">Which histogram.</param>
/// <param name="Part">Of several of that kind: the number of the reset method or the phase, else 0.</param>
/// <param name="Ns">Nanoseconds.</param>
/// <param name="EndNs">When it was over, CLOCK_MONOTONIC.</param>
/// <param name="Device">The device; null if the value is not of one.</param>
public readonly record struct Duration(HistogramKind Kind, int Part, long Ns, long EndNs, string? Device)
{
    /// <summary>Of what is over: itself, and the waits and resets within.</summary>
    public static IEnumerable<Duration> Of(Activity activity) => activity switch
    {
        Operation operation =>
        [
            Of(operation.Kind == OperationKind.Release ? HistogramKind.Release : HistogramKind.Open, 0, operation.Time, operation.Device),
            .. operation.LockWaits.Select(wait => Of(HistogramKind.LockWait, 0, wait.Time, operation.Device)),
            .. operation.Resets.Select(Of),
        ],
        StandaloneReset standalone => [Of(standalone.Reset)],
        _ => [],
    };

    /// <summary>
    /// Of a shutdown: itself and its phases; its releases have been told when they were over. None of a shutdown that
    /// was not seen whole: its times are lower bounds.
    /// </summary>
    public static IEnumerable<Duration> Of(Shutdown shutdown)
    {
        if (shutdown.BeganBefore || shutdown.Unfinished)
            return [];
        ShutdownPhases phases = shutdown.Phases;
        return
        [
            Of(HistogramKind.Shutdown, 0, shutdown.Time, null),
            .. Enum.GetValues<Phase>().Where(phase => phases[phase] > 0)
                .Select(phase => new Duration(HistogramKind.Phase, (int)phase, phases[phase], shutdown.Time.EndNs, null)),
        ];
    }

    private static Duration Of(Reset reset) => Of(HistogramKind.Reset, (int)reset.Method, reset.Time, reset.Device);

    private static Duration Of(HistogramKind kind, int part, Interval time, string? device) =>
        new(kind, part, time.DurationNs, time.EndNs, device);
}
