using System.Buffers.Binary;
using System.Text.Json;
using Profiler.Core.Facts;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// Writes a recording. Single-threaded. Events wait in memory until a frame is full or <see cref="Flush"/> is called.
/// </summary>
/// <param name="output">Is left open. Each frame is one write: if it fails, the frames before it are complete.</param>
public sealed class RecordingWriter(Stream output) : IDisposable
{
    private readonly EventPacker _packer = new();
    private readonly IndexBuilder _index = new();
    private byte[] _frame = [];
    private uint _number;
    private long _position;

    /// <summary>Events in the frames written until now.</summary>
    public long Written { get; private set; }

    /// <summary>Writes the facts about the capture at its begin; must be called first.</summary>
    /// <exception cref="IOException">It cannot be written; so in all methods.</exception>
    public void Begin(CaptureInfo info)
    {
        output.Write(RecordingFormat.Magic);
        _position = RecordingFormat.Magic.Length;
        Json(FrameKind.Info, JsonSerializer.SerializeToUtf8Bytes(info, CaptureJson.Default.CaptureInfo));
    }

    /// <summary>Takes raw events, of any number; writes the frames that become full.</summary>
    /// <exception cref="InvalidDataException">The bytes are not whole events.</exception>
    public void Events(ReadOnlyMemory<byte> records)
    {
        if (records.Length % WireEvent.Size != 0)
            throw new InvalidDataException($"{records.Length} bytes are not whole events of {WireEvent.Size} bytes");
        while (!records.IsEmpty)
        {
            records = records[_packer.Take(records.Span)..];
            if (_packer.Pending == EventBlocks.MaxFrameEvents)
                Flush();
        }
    }

    /// <summary>Writes the events taken until now.</summary>
    public void Flush()
    {
        int events = _packer.Pending;
        if (events == 0)
            return;
        bool begins = _packer.BeginsBlock;
        if (begins)
            _index.Add(new IndexEntry(_position, _packer.Packed, (long)_packer.FirstNs));
        Frame(begins ? FrameKind.EventBlock : FrameKind.MoreEvents, _packer.Pack());
        Written += events;
    }

    /// <summary>
    /// Writes events that are compressed already, in whole blocks; a recording has either these or those of <see cref="Events"/>.
    /// </summary>
    internal void Packed(in PackedFrame packed)
    {
        if (packed.BeginsBlock)
            _index.Add(new IndexEntry(_position, Written, packed.FirstNs));
        // Its events have other numbers in this recording.
        byte[] payload = [.. packed.Payload];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, unchecked((uint)Written));
        Frame(packed.BeginsBlock ? FrameKind.EventBlock : FrameKind.MoreEvents, payload);
        Written += packed.Events;
    }

    /// <summary>
    /// Writes a fact about a process or device, before the events that are not written yet: these are at most a second older, and
    /// a killed capture has the fact.
    /// </summary>
    public void Fact(Fact fact) => Json(FactFrames.KindOf(fact), FactFrames.Json(fact));

    /// <summary>Writes the remaining events, the facts about the capture at its end, and the index; must be called last.</summary>
    public void End(CaptureEnd end)
    {
        Flush();
        Json(FrameKind.End, JsonSerializer.SerializeToUtf8Bytes(end, CaptureJson.Default.CaptureEnd));
        Frame(FrameKind.Index, _index.Build(Written).ToPayload());
    }

    /// <summary>Drops the events that are not written yet.</summary>
    public void Dispose() => _packer.Dispose();

    private void Json(FrameKind kind, byte[] json) => Frame(kind, JsonPayload.Pack(json));

    private void Frame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        int length = FrameHeader.Length + payload.Length;
        if (_frame.Length < length)
            _frame = new byte[length];
        FrameHeader.Of(kind, _number++, payload).Write(_frame);
        payload.CopyTo(_frame.AsSpan(FrameHeader.Length));
        output.Write(_frame.AsSpan(0, length));
        // A killed capture leaves everything up to that moment.
        output.Flush();
        _position += length;
    }
}
