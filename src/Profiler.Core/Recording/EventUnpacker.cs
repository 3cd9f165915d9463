using System.Buffers;
using System.Buffers.Binary;
using Profiler.Core.Wire;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Profiler.Core.Recording;

/// <summary>
/// Reads the events of compressed frames, and counts those that are missing: each frame has the number of its first event. Memory is
/// bounded whatever a payload claims or decompresses to.
/// </summary>
internal sealed class EventUnpacker : IDisposable
{
    private readonly byte[] _columns = ArrayPool<byte>.Shared.Rent(EventBlocks.MaxFrameEvents * EventColumns.MaxSize);
    private readonly byte[] _records = ArrayPool<byte>.Shared.Rent(EventBlocks.MaxFrameEvents * WireEvent.Size);
    private readonly Decompressor _decompressor = new();
    private uint _next;
    private ulong _timeNs;
    private bool _inBlock;

    /// <param name="first">Number of the first event that is expected, modulo 2^32.</param>
    public EventUnpacker(uint first = 0)
    {
        _next = first;
        _decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, EventBlocks.WindowLog);
    }

    /// <summary>Events that the frames until now should have had, and that could not be read.</summary>
    public long Missing { get; private set; }

    /// <summary>Events of the frames until now, read or missing.</summary>
    public long Numbered { get; private set; }

    /// <summary>Reads a frame.</summary>
    /// <param name="payload">Of any content.</param>
    /// <param name="begins">It begins a block.</param>
    /// <param name="records">Its events, valid until the next call; none if the frames that it continues are missing.</param>
    /// <returns>False if the payload is invalid.</returns>
    public bool TryUnpack(ReadOnlySpan<byte> payload, bool begins, out ReadOnlyMemory<byte> records)
    {
        records = default;
        if (!TryReadPrefix(payload, out uint missing, out int events))
        {
            _inBlock = false;
            return false;
        }
        Missing += missing;
        Numbered += missing + (long)events;
        _next = unchecked(_next + missing + (uint)events);
        if (begins)
        {
            _decompressor.ResetStream();
            (_inBlock, _timeNs) = (true, 0);
        }
        else if (missing > 0)
            _inBlock = false;
        if (!_inBlock)
        {
            Missing += events;
            return true;
        }
        Span<byte> to = _records.AsSpan(0, events * WireEvent.Size);
        if (!TryDecompress(payload[EventBlocks.PrefixLength..], events, out int columns) ||
            !EventColumns.TryDecode(_columns.AsSpan(0, columns), ref _timeNs, to))
        {
            Missing += events;
            _inBlock = false;
            return false;
        }
        records = _records.AsMemory(0, to.Length);
        return true;
    }

    /// <summary>Counts the events that are missing after the last frame.</summary>
    /// <param name="events">Events of the whole recording.</param>
    public void EndsAt(long events)
    {
        Missing += Math.Max(0, events - Numbered);
        Numbered = Math.Max(Numbered, events);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_columns);
        ArrayPool<byte>.Shared.Return(_records);
        _decompressor.Dispose();
    }

    // The numbers of events increase, by less than half of what the field can hold.
    private bool TryReadPrefix(ReadOnlySpan<byte> payload, out uint missing, out int events)
    {
        (missing, events) = (0, 0);
        if (payload.Length <= EventBlocks.PrefixLength)
            return false;
        missing = unchecked(BinaryPrimitives.ReadUInt32LittleEndian(payload) - _next);
        events = BinaryPrimitives.ReadUInt16LittleEndian(payload[sizeof(uint)..]);
        return missing <= int.MaxValue && events is > 0 and <= EventBlocks.MaxFrameEvents;
    }

    private bool TryDecompress(ReadOnlySpan<byte> compressed, int events, out int length)
    {
        length = 0;
        int most = events * EventColumns.MaxSize;
        try
        {
            while (!compressed.IsEmpty)
            {
                OperationStatus status = _decompressor.UnwrapStream(compressed, _columns.AsSpan(length, most - length), out int read, out int written);
                if (status == OperationStatus.InvalidData || (read == 0 && written == 0))
                    return false;
                compressed = compressed[read..];
                length += written;
            }
            return true;
        }
        catch (ZstdException)
        {
            return false;
        }
    }
}
