namespace Profiler.Metrics.Otlp.Sending;

/// <summary>What became of a request.</summary>
internal enum OtlpOutcome
{
    /// <summary>The receiver has it.</summary>
    Taken,

    /// <summary>The receiver does not want it: to send it again is of no use.</summary>
    Refused,

    /// <summary>The receiver or the network cannot take it now.</summary>
    TryAgain,
}

/// <summary>The answer to a request.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">In words; null if all was taken.</param>
/// <param name="Rejected">How many of the items the receiver did not accept although it took the request.</param>
/// <param name="After">How long it wants to be left alone; null if it does not say.</param>
internal sealed record OtlpAnswer(OtlpOutcome Outcome, string? Reason = null, long Rejected = 0, TimeSpan? After = null);
