using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Core.Capture;

/// <summary>Keeps the events of a profile, to write them as a recording on request.</summary>
/// <param name="capacity">Maximum size of the events, bytes; the oldest are evicted and count as lost.</param>
public sealed class RecordingBuffer(long capacity = RecordingBuffer.DefaultCapacity)
{
    private const long DefaultCapacity = 64 * 1024 * 1024; // 645,000 events: some 10,000 VMs with 16 devices

    private readonly Queue<byte[]> _batches = new();
    private readonly long[] _kept = new long[WireEvent.Kinds], _evicted = new long[WireEvent.Kinds];
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>Adds a batch, on the thread that delivers it.</summary>
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

    /// <summary>Writes the kept events.</summary>
    /// <param name="output">Output of the recording.</param>
    /// <param name="state">Facts and counts beside the events.</param>
    /// <returns>Number of events written, and number of events evicted before.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public (long Events, long Evicted) Write(Stream output, ProfileState state)
    {
        byte[][] batches;
        long[] kept, evicted;
        lock (_gate)
            (batches, kept, evicted) = ([.. _batches], [.. _kept], [.. _evicted]);
        using var writer = new RecordingWriter(output);
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
            string name = EventKindNames.Of(kind);
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
