namespace Profiler.Core.Capture;

/// <summary>Why a recording is kept.</summary>
/// <param name="At">When what is kept ended, or when it was asked for.</param>
/// <param name="Name">The VM or other process; null if someone asked for the recording.</param>
/// <param name="DurationNs">Of its shutdown or start, nanoseconds; 0 without one.</param>
public readonly record struct KeptLife(DateTimeOffset At, string? Name, long DurationNs);

/// <summary>What became of the recordings since the start.</summary>
/// <param name="Written">Recordings written.</param>
/// <param name="Failed">Recordings that could not be written.</param>
/// <param name="Bytes">Size of those written, bytes.</param>
public readonly record struct KeptCounts(long Written, long Failed, long Bytes);

/// <summary>Where the flight recorder puts its recordings.</summary>
public interface IKeptRecordings
{
    /// <summary>What was kept until now. Thread safe.</summary>
    KeptCounts Counts { get; }

    /// <summary>Keeps a recording, as a whole or not at all. Does not throw for what is wrong with files: it tells and counts it.</summary>
    /// <param name="life">Why.</param>
    /// <param name="write">Writes the recording.</param>
    void Keep(KeptLife life, Action<Stream> write);
}
