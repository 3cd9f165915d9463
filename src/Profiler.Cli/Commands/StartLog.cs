using System.Diagnostics;
using System.Globalization;
using Profiler.Bpf;
using Profiler.Metrics.Logging;

namespace Profiler.Cli.Commands;

/// <summary>Writes where the time of a start goes: a line for each step, when it ends.</summary>
internal static class StartLog
{
    /// <summary>Writes the steps to a log until disposed; null if it does not write debug lines.</summary>
    public static IDisposable? To(Log log)
    {
        if (!log.Writes(LogLevel.Debug))
            return null;
        using var process = Process.GetCurrentProcess();
        DateTime started = process.StartTime.ToUniversalTime(); // to a hundredth of a second
        log.Debug(Line("runtime and command line", started, started, DateTime.UtcNow));
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StartSteps.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = step => log.Debug(Line(
                new string(' ', 2 * Depth(step)) + step.OperationName, started, step.StartTimeUtc, step.StartTimeUtc + step.Duration)),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    // "start:   512 ms +   83 ms  load release"
    private static string Line(string step, DateTime started, DateTime begin, DateTime end) => string.Create(
        CultureInfo.InvariantCulture,
        $"start: {(begin - started).TotalMilliseconds,6:0} ms +{(end - begin).TotalMilliseconds,6:0} ms  {step}");

    private static int Depth(Activity step)
    {
        int depth = 0;
        for (Activity? outer = step.Parent; outer is not null; outer = outer.Parent)
            depth++;
        return depth;
    }
}
