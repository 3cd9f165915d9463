using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Profiler.Core.Recording;

/// <summary>Where a block of events is.</summary>
/// <param name="Offset">Of its first frame in the file, bytes.</param>
/// <param name="Event">Number of its first event, from 0.</param>
/// <param name="TimeNs">Time of this event, CLOCK_MONOTONIC nanoseconds.</param>
public readonly record struct IndexEntry(long Offset, long Event, long TimeNs);

/// <summary>
/// The index at the end of a recording: a reader can begin at any of these blocks, and knows how many events there are.
/// </summary>
/// <param name="Entries">In the order of the file; in a large recording not each block has one.</param>
/// <param name="Events">Events in the whole recording.</param>
public sealed record RecordingIndex(ImmutableArray<IndexEntry> Entries, long Events)
{
    private const int EntrySize = 3 * sizeof(long);

    /// <summary>Number of events, and length of the payload.</summary>
    private const int TailSize = sizeof(long) + sizeof(uint);

    /// <summary>The payload of its frame. The last 4 bytes are the payload's length: so it can be found from the end of the file.</summary>
    internal byte[] ToPayload()
    {
        var payload = new byte[Entries.Length * EntrySize + TailSize];
        Span<byte> at = payload;
        foreach (IndexEntry entry in Entries)
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, entry.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(at[8..], entry.Event);
            BinaryPrimitives.WriteInt64LittleEndian(at[16..], entry.TimeNs);
            at = at[EntrySize..];
        }
        BinaryPrimitives.WriteInt64LittleEndian(at, Events);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], payload.Length);
        return payload;
    }

    /// <summary>Reads a payload; null if it is impossible.</summary>
    internal static RecordingIndex? Read(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < TailSize || (payload.Length - TailSize) % EntrySize != 0 ||
            BinaryPrimitives.ReadInt32LittleEndian(payload[^4..]) != payload.Length)
            return null;
        var entries = ImmutableArray.CreateBuilder<IndexEntry>((payload.Length - TailSize) / EntrySize);
        for (; payload.Length > TailSize; payload = payload[EntrySize..])
            entries.Add(new IndexEntry(
                BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(payload[16..])));
        long events = BinaryPrimitives.ReadInt64LittleEndian(payload);
        return events is >= 0 and <= MaxEvents ? new RecordingIndex(entries.MoveToImmutable(), events) : null;
    }

    // More than a file can hold; sums of a few such counts do not overflow.
    private const long MaxEvents = 1L << 50;
}

/// <summary>Makes the index while the blocks are written. Its memory is bounded: it halves when it is full.</summary>
internal sealed class IndexBuilder
{
    /// <summary>The most entries of an index.</summary>
    public const int MaxEntries = 4096;

    private readonly List<IndexEntry> _entries = [];
    private long _blocks;
    private long _every = 1;

    /// <summary>Adds a block, or passes over it.</summary>
    public void Add(IndexEntry entry)
    {
        if (_blocks++ % _every != 0)
            return;
        if (_entries.Count == MaxEntries)
        {
            for (int i = 0; i < MaxEntries / 2; i++)
                _entries[i] = _entries[2 * i];
            _entries.RemoveRange(MaxEntries / 2, MaxEntries / 2);
            _every *= 2;
        }
        _entries.Add(entry);
    }

    /// <summary>The index of all blocks until now.</summary>
    /// <param name="events">Events in them.</param>
    public RecordingIndex Build(long events) => new([.. _entries], events);
}
