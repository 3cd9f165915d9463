using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;

namespace Profiler.Core.Capture;

/// <summary>Where events come from: the kernel, or a recording. Whoever shows them need not know which.</summary>
public interface IEventSource : IDisposable
{
    /// <summary>What was known when the capture began.</summary>
    CaptureInfo Info { get; }

    /// <summary>Batches of events, while <see cref="Run"/> runs; one must not outlive OnNext.</summary>
    IObservable<ReadOnlyMemory<byte>> Records { get; }

    /// <summary>What is known beside the events, until now.</summary>
    HostFacts Facts { get; }

    /// <summary>CLOCK_MONOTONIC of this source, nanoseconds: a recording has its own.</summary>
    long NowNs { get; }

    /// <summary>The clock that a recording is played by; null if the events are happening now.</summary>
    ReplayClock? Clock => null;

    /// <summary>Hears what the events amount to, to learn facts about what appears in them; null if all facts come by themselves.</summary>
    ISink? Learner => null;

    /// <summary>Waits, not for long, until the facts about the last events are learned.</summary>
    Task Settle() => Task.CompletedTask;

    /// <summary>The probes, with what they have missed until now.</summary>
    ImmutableArray<ProbeInfo> Probes();

    /// <summary>Events the kernel had to tell and could not, by kind, until now.</summary>
    ImmutableArray<SourceCount> Counts();

    /// <summary>What is wrong, missing or not to be known until now, beside what probes missed and events were lost.</summary>
    ImmutableArray<Problem> Problems() => [];

    /// <summary>What the programs cost until now; a source that is no kernel has none.</summary>
    ImmutableArray<ProgramCost> Programs() => [];

    /// <summary>Hands on events on this thread until cancelled, or until there are no more.</summary>
    void Run(CancellationToken cancellation);
}

/// <summary>What the programs counted for one kind of event, see <see cref="Core.Wire.EventKind"/>.</summary>
public readonly record struct SourceCount(int Kind, long Emitted, long Lost);
