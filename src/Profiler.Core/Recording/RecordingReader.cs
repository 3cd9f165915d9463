using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>Reads a recording, from front to back, once.</summary>
public sealed class RecordingReader
{
    private readonly Stream _input;

    private RecordingReader(Stream input, CaptureInfo info) => (_input, Info) = (input, info);

    /// <summary>What was known at the beginning.</summary>
    public CaptureInfo Info { get; }

    /// <summary>
    /// What was known at the end; null until all batches are read, and after that if the capture was cut
    /// short: then nobody knows what it lost.
    /// </summary>
    public CaptureEnd? End { get; private set; }

    /// <summary>What was known beside the events, as far as it has been read: it grows as batches are read.</summary>
    public Surroundings Surroundings { get; } = new();

    /// <summary>Reads the beginning.</summary>
    /// <exception cref="InvalidDataException">Not a recording, or one of another version; says which.</exception>
    public static RecordingReader Open(Stream input)
    {
        Span<byte> magic = stackalloc byte[RecordingFormat.Magic.Length];
        if (input.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length ||
            !magic[..^1].SequenceEqual(RecordingFormat.Magic[..^1]))
            throw new InvalidDataException("not a vfioscope recording");
        if (magic[^1] != RecordingFormat.Magic[^1])
            throw new InvalidDataException($"a recording of format {magic[^1]}, this vfioscope reads format {RecordingFormat.Magic[^1]}");
        CaptureInfo info = (ReadFrame(input) is (FrameKind.Info, { } payload) ? Parse(payload, CaptureJson.Default.CaptureInfo) : null)
            ?? throw new InvalidDataException("a damaged recording: it says nothing of its capture");
        return info.EventFormat == WireEvent.Format
            ? new RecordingReader(input, info)
            : throw new InvalidDataException(
                $"a recording with events of format {info.EventFormat}, this vfioscope reads format {WireEvent.Format}");
    }

    /// <summary>The batches of events as they were written. Ends where the recording does, even in mid-frame.</summary>
    /// <exception cref="InvalidDataException">Damaged in a way that a cut cannot explain.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Batches()
    {
        while (ReadFrame(_input) is var (kind, payload))
        {
            if (kind == FrameKind.Events)
                yield return payload;
            else if (kind == FrameKind.End)
                End = Parse(payload, CaptureJson.Default.CaptureEnd);
            else if (Fact(kind, payload) is { } fact)
                Surroundings.Add(fact);
        }
    }

    private static Fact? Fact(FrameKind kind, byte[] payload) => kind switch
    {
        FrameKind.Process => Parse(payload, FactJson.Default.ProcessIdentity),
        FrameKind.Device => Parse(payload, FactJson.Default.DeviceIdentity),
        FrameKind.Stack => Parse(payload, FactJson.Default.KernelStack),
        FrameKind.StillHeld => Parse(payload, FactJson.Default.DeviceStillHeld),
        FrameKind.AtStart => Parse(payload, FactJson.Default.ProcessAtStart),
        _ => null,
    };

    private static T? Parse<T>(byte[] payload, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"a damaged recording: a {typeof(T).Name} that cannot be read", e);
        }
    }

    private static (FrameKind Kind, byte[] Payload)? ReadFrame(Stream input)
    {
        Span<byte> header = stackalloc byte[RecordingFormat.FrameHeaderLength];
        if (input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return null;
        var kind = (FrameKind)BinaryPrimitives.ReadInt32LittleEndian(header);
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        if (length is < 0 or > RecordingFormat.MaximumFrameLength)
            throw new InvalidDataException($"a damaged recording: a frame of {length} bytes");
        var payload = new byte[length];
        return input.ReadAtLeast(payload, length, throwOnEndOfStream: false) < length ? null : (kind, payload);
    }
}
