using System.Text.Json;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

/// <summary>Writes a recording. Single-threaded.</summary>
/// <param name="output">Is left open. Each frame is one write: if it fails, the frames before it are complete.</param>
public sealed class RecordingWriter(Stream output)
{
    private byte[] _frame = [];
    private uint _number;

    /// <summary>Writes the facts about the capture at its begin; must be called first.</summary>
    public void Begin(CaptureInfo info)
    {
        output.Write(RecordingFormat.Magic);
        Frame(FrameKind.Info, JsonSerializer.SerializeToUtf8Bytes(info, CaptureJson.Default.CaptureInfo));
    }

    /// <summary>Writes a batch of raw events.</summary>
    public void Events(ReadOnlyMemory<byte> records) => Frame(FrameKind.Events, records.Span);

    /// <summary>Writes a fact about a process or device.</summary>
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

    /// <summary>Writes the facts about the capture at its end; must be called last.</summary>
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
        // A killed capture leaves everything up to that moment.
        output.Flush();
    }
}
