using System.Buffers.Binary;
using System.IO.Hashing;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

/// <summary>
/// A recording is the raw events of a capture, between what is known at its beginning and at its end: 8 bytes of magic, then
/// frames, each a header and a payload. docs/recording-format.md has it to the byte.
/// </summary>
internal static class RecordingFormat
{
    /// <summary>The largest payload a reader believes in.</summary>
    public const int MaximumFrameLength = 1 << 26;

    /// <summary>The last byte is the format.</summary>
    public static ReadOnlySpan<byte> Magic => "vfioscp\u0002"u8;
}

/// <summary>
/// What comes before a payload, little-endian: marker, kind, number, length of the payload, the payload's CRC-32, and the
/// CRC-32 of these 20 bytes. A CRC finds any single burst of up to 32 bits for certain, which a hash finds but likely.
/// </summary>
/// <param name="Kind">What the payload is; a reader skips kinds it does not know.</param>
/// <param name="Number">Counts frames from 0: one that was cut out or written twice is noticed.</param>
/// <param name="PayloadLength">Bytes.</param>
/// <param name="PayloadCrc">CRC-32 of the payload.</param>
internal readonly record struct FrameHeader(FrameKind Kind, uint Number, int PayloadLength, uint PayloadCrc)
{
    /// <summary>Bytes.</summary>
    public const int Length = 24;

    private const int Checked = Length - sizeof(uint);

    /// <summary>By what a reader finds the next frame behind damage; begins with a byte that no UTF-8 text has.</summary>
    public static ReadOnlySpan<byte> Marker => [0xf5, (byte)'v', (byte)'f', (byte)'s'];

    /// <summary>The header of a payload.</summary>
    public static FrameHeader Of(FrameKind kind, uint number, ReadOnlySpan<byte> payload) =>
        new(kind, number, payload.Length, Crc32.HashToUInt32(payload));

    /// <summary>Writes it.</summary>
    /// <param name="to"><see cref="Length"/> bytes.</param>
    public void Write(Span<byte> to)
    {
        Marker.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], (uint)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], PayloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], PayloadCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(to[Checked..], Crc32.HashToUInt32(to[..Checked]));
    }

    /// <summary>Reads one; null if these <see cref="Length"/> bytes are no header, or a damaged one.</summary>
    public static FrameHeader? Read(ReadOnlySpan<byte> from)
    {
        if (!from.StartsWith(Marker) ||
            BinaryPrimitives.ReadUInt32LittleEndian(from[Checked..]) != Crc32.HashToUInt32(from[..Checked]))
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(from[12..]);
        return length is < 0 or > RecordingFormat.MaximumFrameLength ? null : new FrameHeader(
            (FrameKind)BinaryPrimitives.ReadUInt32LittleEndian(from[4..]), BinaryPrimitives.ReadUInt32LittleEndian(from[8..]), length,
            BinaryPrimitives.ReadUInt32LittleEndian(from[16..]));
    }

    /// <summary>It is the payload this is the header of.</summary>
    public bool Fits(ReadOnlySpan<byte> payload) => Crc32.HashToUInt32(payload) == PayloadCrc;
}

internal enum FrameKind
{
    /// <summary>A <see cref="CaptureInfo"/> as JSON; the first frame.</summary>
    Info = 1,

    /// <summary>Wire events, back to back.</summary>
    Events = 2,

    /// <summary>A <see cref="CaptureEnd"/> as JSON; the last frame.</summary>
    End = 3,

    /// <summary>A <see cref="ProcessIdentity"/> as JSON.</summary>
    Process = 4,

    /// <summary>A <see cref="DeviceIdentity"/> as JSON.</summary>
    Device = 5,

    /// <summary>A <see cref="KernelStack"/> as JSON.</summary>
    Stack = 6,

    /// <summary>A <see cref="DeviceStillHeld"/> as JSON.</summary>
    StillHeld = 7,

    /// <summary>A <see cref="ProcessAtStart"/> as JSON.</summary>
    AtStart = 8,
}
