using System.Buffers.Binary;
using System.IO.Hashing;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

/// <summary>
/// The format of a recording: 8 bytes of magic, then frames, each with a header and a payload. docs/recording-format.md describes it to
/// the byte.
/// </summary>
internal static class RecordingFormat
{
    /// <summary>The largest payload that a reader accepts, bytes.</summary>
    public const int MaximumFrameLength = 1 << 26;

    /// <summary>The last byte is the format.</summary>
    public static ReadOnlySpan<byte> Magic => "vfioscp\u0003"u8;

    /// <summary>The oldest format that is read: its events are not compressed (<see cref="FrameKind.Events"/>), and it has no index.</summary>
    public const byte Oldest = 2;

    /// <summary>The first format with compressed events and an index.</summary>
    public const byte Indexed = 3;

    /// <summary>The oldest format of events that is read: 4 added <see cref="Wire.TeardownStep.CoreDump"/>.</summary>
    public const int OldestEvents = 3;
}

/// <summary>
/// The header of a frame, little-endian: marker, kind, number, length of the payload, CRC-32 of the payload, and CRC-32 of these 20
/// bytes. A CRC is certain to find a single burst of up to 32 bits.
/// </summary>
/// <param name="Kind">Kind of the payload; a reader skips kinds that it does not know.</param>
/// <param name="Number">Counts frames from 0, so that a missing or repeated frame is noticed.</param>
/// <param name="PayloadLength">Bytes.</param>
/// <param name="PayloadCrc">CRC-32 of the payload.</param>
internal readonly record struct FrameHeader(FrameKind Kind, uint Number, int PayloadLength, uint PayloadCrc)
{
    /// <summary>Bytes.</summary>
    public const int Length = 24;

    private const int Checked = Length - sizeof(uint);

    /// <summary>A reader finds the next frame after damage by it; its first byte does not occur in UTF-8.</summary>
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

    /// <summary>Reads a header; null if these <see cref="Length"/> bytes are none, or damaged.</summary>
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

    /// <summary>The payload matches this header.</summary>
    public bool Fits(ReadOnlySpan<byte> payload) => Crc32.HashToUInt32(payload) == PayloadCrc;
}

internal enum FrameKind
{
    /// <summary>A <see cref="CaptureInfo"/> as JSON; the first frame.</summary>
    Info = 1,

    /// <summary>Wire events, back to back; format 2 only.</summary>
    Events = 2,

    /// <summary>A <see cref="CaptureEnd"/> as JSON; after it, only the index.</summary>
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

    /// <summary>Compressed events that begin a block, see <see cref="EventBlocks"/>.</summary>
    EventBlock = 9,

    /// <summary>Compressed events that continue the block of the frame of events before.</summary>
    MoreEvents = 10,

    /// <summary>A <see cref="RecordingIndex"/>; the last frame.</summary>
    Index = 11,

    /// <summary>A <see cref="ResetDamage"/> as JSON.</summary>
    Damage = 12,
}
