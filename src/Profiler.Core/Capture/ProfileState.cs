using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;

namespace Profiler.Core.Capture;

/// <summary>Everything there is to show at one moment: what the terminal view and the exporter are made from.</summary>
/// <param name="Info">What was known when the capture began.</param>
/// <param name="Replay">The events are those of a recording.</param>
/// <param name="Ended">There will be no more of them.</param>
/// <param name="NowNs">The source's CLOCK_MONOTONIC, nanoseconds; never before the newest event.</param>
/// <param name="Snapshot">What the events amount to.</param>
/// <param name="Health">How far that can be trusted.</param>
/// <param name="Facts">What is known beside the events.</param>
public sealed record ProfileState(
    CaptureInfo Info,
    bool Replay,
    bool Ended,
    long NowNs,
    Snapshot Snapshot,
    ProfileHealth Health,
    HostFacts Facts)
{
    /// <summary>How the recording is being played; null if it is none that can be.</summary>
    public Playback? Playback { get; init; }

    /// <summary>What is wrong, missing or not to be known until now, as the source has it.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>What watching costs; null if that is not known yet, or nothing is watched.</summary>
    public Overhead? Overhead { get; init; }

    /// <inheritdoc cref="HostFacts.VmNames"/>
    public IReadOnlyDictionary<int, string> VmNames => Facts.VmNames;

    /// <inheritdoc cref="HostFacts.Devices"/>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => Facts.Devices;
}

/// <summary>How a recording is being played.</summary>
/// <param name="Speed">1 is as it happened.</param>
/// <param name="Paused">Its time stands still.</param>
public readonly record struct Playback(double Speed, bool Paused);

/// <summary>What the profiler knows about itself.</summary>
/// <param name="Probes">All probes of the plan.</param>
/// <param name="Events">By kind, in the order of <see cref="Core.Wire.EventKind"/>.</param>
public sealed record ProfileHealth(ImmutableArray<ProbeInfo> Probes, ImmutableArray<EventHealth> Events)
{
    /// <summary>All that is lost, wrong or cannot be known.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Events received.</summary>
    public long Received => Events.Sum(e => e.Received);

    /// <summary>Events lost; null if nobody knows.</summary>
    public long? Lost => Events.Any(e => e.Lost is null) ? null : Events.Sum(e => e.Lost);
}

/// <summary>Events of one kind.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Received">Those that came.</param>
/// <param name="Emitted">Those the programs had to tell; null if unknown, as in a recording that has not come to its end.</param>
/// <param name="Lost">Those the ring buffer refused; null if unknown.</param>
public readonly record struct EventHealth(string Kind, long Received, long? Emitted, long? Lost);
