using System.Text.Json;
using Profiler.Core.Recording;

namespace Profiler.Core.Tests.Recording;

/// <summary>Recordings as a hostile or a later writer might write them: every checksum right, whatever is in the frames.</summary>
internal static class Frames
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, SnakeCase);

    /// <summary>A recording of these frames, in format 2.</summary>
    public static byte[] Write(params (int Kind, byte[] Payload)[] frames) => Write(2, frames);

    /// <summary>A recording of these frames.</summary>
    public static byte[] Write(byte format, params (int Kind, byte[] Payload)[] frames)
    {
        var file = new List<byte>([.. RecordingFormat.Magic[..^1], format]);
        for (int i = 0; i < frames.Length; i++)
            file.AddRange(Frame(FrameHeader.Of((FrameKind)frames[i].Kind, (uint)i, frames[i].Payload), frames[i].Payload));
        return [.. file];
    }

    /// <summary>One that ends in a frame that is much shorter than its header says.</summary>
    public static byte[] Claiming(int length, byte[] info) =>
    [
        .. Write((1, info)), .. Frame(new FrameHeader(FrameKind.Events, 1, length, 0), [1, 2, 3]),
    ];

    /// <summary>Where each frame is.</summary>
    public static List<Range> Of(byte[] recording)
    {
        var frames = new List<Range>();
        for (int at = RecordingFormat.Magic.Length; at < recording.Length;)
        {
            int end = at + FrameHeader.Length + FrameHeader.Read(recording.AsSpan(at, FrameHeader.Length))!.Value.PayloadLength;
            frames.Add(at..end);
            at = end;
        }
        return frames;
    }

    private static byte[] Frame(FrameHeader header, byte[] payload)
    {
        var bytes = new byte[FrameHeader.Length + payload.Length];
        header.Write(bytes);
        payload.CopyTo(bytes, FrameHeader.Length);
        return bytes;
    }
}
