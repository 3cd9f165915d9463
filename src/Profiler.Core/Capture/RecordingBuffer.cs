using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Core.Capture;

/// <summary>The events of a profile as they came, kept to be written as a recording when somebody asks for it.</summary>
/// <param name="capacity">How many bytes of events are kept at most; of more, the oldest are evicted and count as lost.</param>
public sealed class RecordingBuffer(long capacity = RecordingBuffer.DefaultCapacity)
{
    private const long DefaultCapacity = 64 * 1024 * 1024; // 645,000 events: some 10,000 VMs with 16 devices

    private readonly Queue<byte[]> _batches = new();
    private readonly long[] _kept = new long[WireEvent.Kinds], _evicted = new long[WireEvent.Kinds];
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>Takes a batch; on the thread that brings it.</summary>
    public void Add(ReadOnlyMemory<byte> batch)
    {
        byte[] copy = batch.ToArray();
        lock (_gate)
        {
            _batches.Enqueue(copy);
            _bytes += copy.Length;
            Count(copy, _kept, 1);
            while (_bytes > capacity && _batches.Count > 1)
            {
                byte[] oldest = _batches.Dequeue();
                _bytes -= oldest.Length;
                Count(oldest, _kept, -1);
                Count(oldest, _evicted, 1);
            }
        }
    }

    /// <summary>Writes what there is.</summary>
    /// <param name="output">Gets the recording.</param>
    /// <param name="state">What is known beside the events.</param>
    /// <returns>How many events it has, and how many were evicted before.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public (long Events, long Evicted) Write(Stream output, ProfileState state)
    {
        byte[][] batches;
        long[] kept, evicted;
        lock (_gate)
            (batches, kept, evicted) = ([.. _batches], [.. _kept], [.. _evicted]);
        var writer = new RecordingWriter(output);
        writer.Begin(state.Info with { Problems = state.Problems });
        foreach (Fact fact in state.Facts.All)
            writer.Fact(fact);
        foreach (byte[] batch in batches)
            writer.Events(batch);
        writer.End(new CaptureEnd(state.NowNs, Counts(state.Health, kept, evicted), state.Health.Probes)
        {
            Problems = state.Problems,
        });
        return (kept.Sum(), evicted.Sum());
    }

    private static ImmutableArray<EventCount> Counts(ProfileHealth health, long[] kept, long[] evicted) =>
    [
        .. Enumerable.Range(1, WireEvent.Kinds - 1).Select(kind =>
        {
            string name = RecordedCapture.KindName(kind);
            long lost = evicted[kind] + (health.Events.Where(e => e.Kind == name).Select(e => e.Lost).FirstOrDefault() ?? 0);
            return new EventCount(name, kept[kind] + lost, kept[kind], lost);
        }),
    ];

    private static void Count(byte[] batch, long[] counts, int by)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(batch.AsSpan()))
        {
            if ((int)e.Kind < counts.Length)
                counts[(int)e.Kind] += by;
        }
    }
}
