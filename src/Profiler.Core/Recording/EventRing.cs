using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// The newest events of a capture, as compressed frames of a recording. Bounded: the oldest block is evicted; of its events remains which
/// processes have which devices. Not thread-safe.
/// </summary>
/// <param name="capacity">Maximum size of the compressed events, bytes; one block is kept in any case.</param>
internal sealed class EventRing(long capacity) : IDisposable
{
    private readonly EventPacker _packer = new();
    private readonly EventUnpacker _unpacker = new();
    private readonly Queue<PackedFrame> _frames = new();
    private readonly ProcessesBefore _before = new();
    private readonly long[] _counts = new long[WireEvent.Kinds];
    private int _blocks;
    private long _firstEvent;
    private long? _evictedUntilNs;

    /// <summary>Size of the compressed events, bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Since then no event is missing, CLOCK_MONOTONIC nanoseconds; null if nothing was evicted.</summary>
    public long? FromNs => _evictedUntilNs + 1;

    /// <summary>Adds a process that had devices when the capture began.</summary>
    public void Add(ProcessAtStart process) => _before.Add(process);

    /// <summary>Adds events. Allocates only for whole frames.</summary>
    /// <param name="records">Whole events, in order.</param>
    public void Add(ReadOnlySpan<byte> records)
    {
        Count(records, 1);
        while (!records.IsEmpty)
        {
            records = records[_packer.Take(records)..];
            if (_packer.Pending == EventBlocks.MaxFrameEvents)
                Pack();
        }
    }

    /// <summary>Evicts blocks whose events are all older. The newest block is kept.</summary>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public void EvictBefore(long ns)
    {
        while (_blocks > 1 && LastOfOldestBlock() < ns)
            EvictBlock();
    }

    /// <summary>What is in the ring now. What is done to the ring later does not change it.</summary>
    public RingContents Contents()
    {
        Pack();
        return new RingContents([.. _frames], _firstEvent, [.. _counts])
        {
            FromNs = FromNs,
            Before = _evictedUntilNs is null ? [] : _before.Processes(),
        };
    }

    public void Dispose()
    {
        _packer.Dispose();
        _unpacker.Dispose();
    }

    private void Pack()
    {
        int events = _packer.Pending;
        if (events == 0)
            return;
        bool begins = _packer.BeginsBlock;
        (long firstNs, long lastNs) = ((long)_packer.FirstNs, (long)_packer.LastNs);
        var frame = new PackedFrame(_packer.Pack().ToArray(), begins, events, firstNs, lastNs);
        _frames.Enqueue(frame);
        _blocks += begins ? 1 : 0;
        Bytes += frame.Payload.Length;
        while (_blocks > 1 && Bytes > capacity)
            EvictBlock();
    }

    private long LastOfOldestBlock()
    {
        long lastNs = long.MinValue;
        int blocks = 0;
        foreach (PackedFrame frame in _frames)
        {
            blocks += frame.BeginsBlock ? 1 : 0;
            if (blocks > 1)
                break;
            lastNs = Math.Max(lastNs, frame.LastNs);
        }
        return lastNs;
    }

    private void EvictBlock()
    {
        do
        {
            PackedFrame frame = _frames.Dequeue();
            Bytes -= frame.Payload.Length;
            _firstEvent += frame.Events;
            _unpacker.TryUnpack(frame.Payload, frame.BeginsBlock, out ReadOnlyMemory<byte> records);
            Count(records.Span, -1);
            foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records.Span))
                _evictedUntilNs = Math.Max(_evictedUntilNs ?? 0, (long)e.TimeNs);
            _before.Take(records.Span);
        }
        while (!_frames.Peek().BeginsBlock);
        _blocks--;
    }

    private void Count(ReadOnlySpan<byte> records, int by)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records))
        {
            if ((int)e.Kind < _counts.Length)
                _counts[(int)e.Kind] += by;
        }
    }
}

/// <summary>Events of an <see cref="EventRing"/> at one moment.</summary>
/// <param name="Frames">Whole blocks, in order.</param>
/// <param name="FirstEvent">Number of the first event in the capture.</param>
/// <param name="Counts">Number of events by kind.</param>
internal sealed record RingContents(ImmutableArray<PackedFrame> Frames, long FirstEvent, ImmutableArray<long> Counts)
{
    /// <summary>Since then no event is missing, CLOCK_MONOTONIC nanoseconds; null if none of the capture was evicted.</summary>
    public long? FromNs { get; init; }

    /// <summary>Processes that had devices at that time; empty if nothing was evicted.</summary>
    public ImmutableArray<ProcessAtStart> Before { get; init; } = [];

    /// <summary>Keys of the kernel stacks that the events refer to.</summary>
    public HashSet<int> Stacks()
    {
        var keys = new HashSet<int>();
        using var unpacker = new EventUnpacker(unchecked((uint)FirstEvent));
        foreach (PackedFrame frame in Frames)
        {
            unpacker.TryUnpack(frame.Payload, frame.BeginsBlock, out ReadOnlyMemory<byte> records);
            foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records.Span))
            {
                if (e.Stack >= 0)
                    keys.Add(e.Stack);
            }
        }
        return keys;
    }
}
