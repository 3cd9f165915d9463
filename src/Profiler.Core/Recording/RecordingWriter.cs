using System.Text.Json;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

/// <summary>Writes a recording. Single-threaded.</summary>
/// <param name="output">Where to; left open. Each frame is one write: if that fails, the frames before it are whole.</param>
public sealed class RecordingWriter(Stream output)
{
    private byte[] _frame = [];
    private uint _number;

    /// <summary>Writes what is known at the beginning; comes first.</summary>
    public void Begin(CaptureInfo info)
    {
        output.Write(RecordingFormat.Magic);
        Frame(FrameKind.Info, JsonSerializer.SerializeToUtf8Bytes(info, CaptureJson.Default.CaptureInfo));
    }

    /// <summary>Writes a batch of records as it came.</summary>
    public void Events(ReadOnlyMemory<byte> records) => Frame(FrameKind.Events, records.Span);

    /// <summary>Writes something known beside the events.</summary>
    public void Fact(Fact fact)
    {
        FrameKind kind = fact switch
        {
            ProcessIdentity => FrameKind.Process,
            DeviceIdentity => FrameKind.Device,
            KernelStack => FrameKind.Stack,
            DeviceStillHeld => FrameKind.StillHeld,
            ProcessAtStart => FrameKind.AtStart,
            _ => throw new ArgumentException($"a recording has no frame for a {fact.GetType().Name}", nameof(fact)),
        };
        Frame(kind, JsonSerializer.SerializeToUtf8Bytes(fact, fact.GetType(), FactJson.Default));
    }

    /// <summary>Writes what is known at the end; comes last.</summary>
    public void End(CaptureEnd end) =>
        Frame(FrameKind.End, JsonSerializer.SerializeToUtf8Bytes(end, CaptureJson.Default.CaptureEnd));

    private void Frame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        int length = FrameHeader.Length + payload.Length;
        if (_frame.Length < length)
            _frame = new byte[length];
        FrameHeader.Of(kind, _number++, payload).Write(_frame);
        payload.CopyTo(_frame.AsSpan(FrameHeader.Length));
        output.Write(_frame.AsSpan(0, length));
        // A capture that is killed leaves all that had happened until then.
        output.Flush();
    }
}
