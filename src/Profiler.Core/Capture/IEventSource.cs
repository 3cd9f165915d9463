using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;

namespace Profiler.Core.Capture;

/// <summary>A source of events: the kernel or a recording. Consumers do not depend on the type of source.</summary>
public interface IEventSource : IDisposable
{
    /// <summary>Facts from the start of the capture.</summary>
    CaptureInfo Info { get; }

    /// <summary>Batches of events while <see cref="Run"/> runs; a batch must not outlive OnNext.</summary>
    IObservable<ReadOnlyMemory<byte>> Records { get; }

    /// <summary>Facts beside the events, until now.</summary>
    HostFacts Facts { get; }

    /// <summary>CLOCK_MONOTONIC of this source, nanoseconds; a recording has its own time.</summary>
    long NowNs { get; }

    /// <summary>
    /// All events until then have been delivered, nanoseconds; less than <see cref="NowNs"/> while events wait for delivery.
    /// </summary>
    long DeliveredUntilNs => NowNs;

    /// <summary>The playback clock of a recording; null for a live source.</summary>
    ReplayClock? Clock => null;

    /// <summary>Receives activities and shutdowns, to learn facts about them; null if the source needs no learner.</summary>
    ISink? Learner => null;

    /// <summary>Waits for a short time until the facts about the last events are learned.</summary>
    Task Settle() => Task.CompletedTask;

    /// <summary>The probes, with their missed counts until now.</summary>
    ImmutableArray<ProbeInfo> Probes();

    /// <summary>Emitted and lost events by kind, until now.</summary>
    ImmutableArray<SourceCount> Counts();

    /// <summary>Problems until now, except missed probe runs and lost events.</summary>
    ImmutableArray<Problem> Problems() => [];

    /// <summary>Costs of the BPF programs until now; empty for a recording.</summary>
    ImmutableArray<ProgramCost> Programs() => [];

    /// <summary>Delivers events on this thread until cancelled or until the events end.</summary>
    void Run(CancellationToken cancellation);
}

/// <summary>Counters of the BPF programs for one kind of event, see <see cref="Core.Wire.EventKind"/>.</summary>
public readonly record struct SourceCount(int Kind, long Emitted, long Lost);
