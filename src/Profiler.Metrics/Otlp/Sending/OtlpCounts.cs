using Profiler.Metrics.Otlp.Targets;

namespace Profiler.Metrics.Otlp.Sending;

/// <summary>What became of the spans or log records of a signal, since the start.</summary>
/// <param name="Signal">Traces or logs.</param>
/// <param name="Sent">The receiver has them.</param>
/// <param name="QueueFull">Lost because too many waited.</param>
/// <param name="Refused">Lost because the receiver did not want them.</param>
/// <param name="AtEnd">Lost because the receiver could not take them before the end.</param>
public sealed record OtlpCounts(OtlpSignal Signal, long Sent, long QueueFull, long Refused, long AtEnd)
{
    /// <summary>All that were lost.</summary>
    public long Lost => QueueFull + Refused + AtEnd;
}
