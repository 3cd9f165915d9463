using System.Collections.Immutable;
using Profiler.Core.Lives;

namespace Profiler.Core.Capture;

/// <summary>Why a recording is kept.</summary>
/// <param name="At">
/// When what is kept ended, or when it was asked for; of what is still in progress when that was noticed.
/// </param>
/// <param name="Name">The VM or other process; null if someone asked for the recording.</param>
/// <param name="DurationNs">Of its shutdown or start until then, nanoseconds; 0 without one.</param>
public readonly record struct KeptLife(DateTimeOffset At, string? Name, long DurationNs)
{
    /// <summary>What it is kept for; of no meaning if someone asked.</summary>
    public KeptKind Kind { get; init; }

    /// <summary>It is not over: <see cref="DurationNs"/> is a lower bound.</summary>
    public bool Running { get; init; }
}

/// <summary>A recording that was kept, as its name says.</summary>
/// <param name="File">Its name in the directory.</param>
/// <param name="At">See <see cref="KeptLife.At"/>; to the second.</param>
/// <param name="Process">The VM or other process, in the characters of a file's name; null if someone asked for the recording.</param>
/// <param name="Seconds">How long its shutdown or start took until then; null if someone asked.</param>
/// <param name="Kind">What it was kept for; null if someone asked.</param>
/// <param name="Running">That was not over.</param>
public sealed record KeptRecording(string File, DateTimeOffset At, string? Process, double? Seconds, KeptKind? Kind, bool Running);

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

    /// <summary>The newest recordings that there are, the newest first; a bounded number. Thread safe, and does not wait for the disk.</summary>
    ImmutableArray<KeptRecording> Newest { get; }

    /// <summary>Looks which recordings there are: others may have been kept there, or been removed.</summary>
    void Refresh();

    /// <summary>Keeps a recording, as a whole or not at all. Does not throw for what is wrong with files: it tells and counts it.</summary>
    /// <param name="life">Why.</param>
    /// <param name="write">Writes the recording.</param>
    /// <returns>The name of the recording; null if it could not be kept.</returns>
    string? Keep(KeptLife life, Action<Stream> write);
}
