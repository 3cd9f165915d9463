using System.Buffers;
using System.Buffers.Binary;
using Profiler.Core.Wire;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Profiler.Core.Recording;

/// <summary>Collects events and compresses them to the payloads of frames. Allocates nothing after its construction.</summary>
internal sealed class EventPacker : IDisposable
{
    // More than the compressor adds to mark the end of a flush or a block.
    private const int FlushSize = 64;

    private readonly byte[] _records = new byte[EventBlocks.MaxFrameEvents * WireEvent.Size];
    private readonly byte[] _columns = new byte[EventBlocks.MaxFrameEvents * EventColumns.MaxSize];
    private readonly byte[] _payload =
        new byte[EventBlocks.PrefixLength + Compressor.GetCompressBound(EventBlocks.MaxFrameEvents * EventColumns.MaxSize) + FlushSize];

    private readonly Compressor _compressor = new(EventBlocks.Level);
    private int _length;
    private int _inBlock;
    private ulong _timeNs;

    public EventPacker()
    {
        _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, EventBlocks.WindowLog);
        _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_contentSizeFlag, 0);
    }

    /// <summary>Events packed until now; the number of the next frame's first event.</summary>
    public long Packed { get; private set; }

    /// <summary>Events that wait for <see cref="Pack"/>.</summary>
    public int Pending => _length / WireEvent.Size;

    /// <summary>The next frame will begin a block.</summary>
    public bool BeginsBlock => _inBlock == 0;

    /// <summary>Time of the first pending event, nanoseconds.</summary>
    public ulong FirstNs => BinaryPrimitives.ReadUInt64LittleEndian(_records);

    /// <summary>Time of the last pending event, nanoseconds.</summary>
    public ulong LastNs => BinaryPrimitives.ReadUInt64LittleEndian(_records.AsSpan(_length - WireEvent.Size));

    /// <summary>Takes as many events as one frame may have.</summary>
    /// <param name="records">Whole events.</param>
    /// <returns>Bytes taken.</returns>
    public int Take(ReadOnlySpan<byte> records)
    {
        int taken = Math.Min(records.Length, _records.Length - _length);
        records[..taken].CopyTo(_records.AsSpan(_length));
        _length += taken;
        return taken;
    }

    /// <summary>Compresses the pending events, at least one.</summary>
    /// <returns>The payload; valid until the next call.</returns>
    public ReadOnlySpan<byte> Pack()
    {
        int events = Pending;
        if (BeginsBlock)
            _timeNs = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(_payload, unchecked((uint)Packed));
        BinaryPrimitives.WriteUInt16LittleEndian(_payload.AsSpan(sizeof(uint)), (ushort)events);
        int columns = EventColumns.Encode(_records.AsSpan(0, _length), ref _timeNs, _columns);
        _inBlock += events;
        bool ends = _inBlock >= EventBlocks.MinBlockEvents;
        int length = EventBlocks.PrefixLength + Compress(_columns.AsSpan(0, columns), _payload.AsSpan(EventBlocks.PrefixLength), ends);
        if (ends)
            _inBlock = 0;
        Packed += events;
        _length = 0;
        return _payload.AsSpan(0, length);
    }

    public void Dispose() => _compressor.Dispose();

    // All of it, up to a point from which a reader can decompress it.
    private int Compress(ReadOnlySpan<byte> columns, Span<byte> to, bool ends)
    {
        _compressor.WrapStream(columns, to, out int taken, out int length, isFinalBlock: false);
        OperationStatus status = _compressor.FlushStream(to[length..], out int flushed, isFinalBlock: ends);
        return taken == columns.Length && status == OperationStatus.Done
            ? length + flushed
            : throw new InvalidOperationException("compressed events are larger than the bound of the compressor");
    }
}
