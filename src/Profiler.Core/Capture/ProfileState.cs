using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;

namespace Profiler.Core.Capture;

/// <summary>The complete state of one moment, for the terminal view and the exporter.</summary>
/// <param name="Info">Facts from the start of the capture.</param>
/// <param name="Replay">True if the events are from a recording.</param>
/// <param name="Ended">True if no more events follow.</param>
/// <param name="NowNs">CLOCK_MONOTONIC of the source, nanoseconds; never before the newest event.</param>
/// <param name="Snapshot">The state of the pipeline.</param>
/// <param name="Health">Losses and problems of the capture.</param>
/// <param name="Facts">Facts beside the events.</param>
public sealed record ProfileState(
    CaptureInfo Info,
    bool Replay,
    bool Ended,
    long NowNs,
    Snapshot Snapshot,
    ProfileHealth Health,
    HostFacts Facts)
{
    /// <summary>Playback of the recording; null for a source without playback.</summary>
    public Playback? Playback { get; init; }

    /// <summary>Problems that the source reports until now.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Overhead of the capture; null if not known yet, or if there is no live capture.</summary>
    public Overhead? Overhead { get; init; }

    /// <inheritdoc cref="HostFacts.VmNames"/>
    public IReadOnlyDictionary<int, string> VmNames => Facts.VmNames;

    /// <inheritdoc cref="HostFacts.Devices"/>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => Facts.Devices;
}

/// <summary>Playback of a recording.</summary>
/// <param name="Speed">1 is the original speed.</param>
/// <param name="Paused">True while its time stands still.</param>
public readonly record struct Playback(double Speed, bool Paused);

/// <summary>Health of the profiler.</summary>
/// <param name="Probes">All probes of the plan.</param>
/// <param name="Events">By kind, in the order of <see cref="Core.Wire.EventKind"/>.</param>
public sealed record ProfileHealth(ImmutableArray<ProbeInfo> Probes, ImmutableArray<EventHealth> Events)
{
    /// <summary>All losses, errors and unknown facts.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Events received.</summary>
    public long Received => Events.Sum(e => e.Received);

    /// <summary>Events lost; null if unknown.</summary>
    public long? Lost => Events.Any(e => e.Lost is null) ? null : Events.Sum(e => e.Lost);
}

/// <summary>Events of one kind.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Received">Received events.</param>
/// <param name="Emitted">Events emitted by the programs; null if unknown, as in a recording before its end.</param>
/// <param name="Lost">Events that did not fit into the ring buffer; null if unknown.</param>
public readonly record struct EventHealth(string Kind, long Received, long? Emitted, long? Lost);
