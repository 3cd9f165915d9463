using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Lab.Tests;

/// <summary>A recording that a guest left in $OUT: the events as the programs told them, and what is known beside them.</summary>
public sealed class LabRecording
{
    public LabRecording(LabGuest guest, string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(guest.Output, name));
        RecordingReader reader = RecordingReader.Open(file);
        Events = [.. reader.Batches().SelectMany(batch => MemoryMarshal.Cast<byte, WireEvent>(batch.Span).ToArray())];
        (Info, Facts) = (reader.Info, reader.Facts);
        End = reader.End ?? throw new InvalidDataException($"{name} has no end");
    }

    public ImmutableArray<WireEvent> Events { get; }

    public CaptureInfo Info { get; }

    public CaptureEnd End { get; }

    public HostFacts Facts { get; }

    /// <summary>What was lost or not seen, in the end.</summary>
    public ImmutableArray<Problem> Problems => End.Problems;

    /// <summary>What was lost or not seen of a kind; null if nothing was.</summary>
    public Problem? Problem(ProblemKind kind) => Problems.FirstOrDefault(p => p.Id == kind.Id);

    /// <summary>Releases that were seen from begin to end.</summary>
    public int Releases => Events.Count(e => e is { Kind: EventKind.Release, Edge: EventEdge.End });

    /// <summary>All that the programs told came here or is counted as lost.</summary>
    public void IsComplete()
    {
        Assert.All(End.Events, e => Assert.Equal(e.Emitted, e.Received + e.Lost));
        Assert.Equal(End.Events.Sum(e => e.Received), Events.Length);
    }
}
