using System.Collections.Immutable;
using Profiler.Bpf.Session;
using Profiler.Core.Problems;
using Profiler.Core.Recording;

namespace Profiler.Cli.Live;

/// <summary>Where events come from: the kernel, or a recording. Whoever shows them need not know which.</summary>
internal interface IEventSource : IDisposable
{
    /// <summary>What was known when the capture began.</summary>
    CaptureInfo Info { get; }

    /// <summary>Batches of events, while <see cref="Run"/> runs; one must not outlive OnNext.</summary>
    IObservable<ReadOnlyMemory<byte>> Records { get; }

    /// <summary>What is known beside the events, until now.</summary>
    Surroundings Surroundings { get; }

    /// <summary>CLOCK_MONOTONIC of this source, nanoseconds: a recording has its own.</summary>
    long NowNs { get; }

    /// <summary>The probes, with what they have missed until now.</summary>
    ImmutableArray<ProbeInfo> Probes();

    /// <summary>Events the kernel had to tell and could not, by kind, until now.</summary>
    ImmutableArray<SourceCount> Counts();

    /// <summary>What is wrong, missing or not to be known until now, beside what probes missed and events were lost.</summary>
    ImmutableArray<Problem> Problems() => [];

    /// <summary>What the programs cost until now; a source that is no kernel has none.</summary>
    ImmutableArray<ProgramRuns> Programs() => [];

    /// <summary>Hands on events on this thread until cancelled, or until there are no more.</summary>
    void Run(CancellationToken cancellation);
}

/// <summary>What the programs counted for one kind of event, see <see cref="Core.Wire.EventKind"/>.</summary>
internal readonly record struct SourceCount(int Kind, long Emitted, long Lost);
