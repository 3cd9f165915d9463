using System.Buffers.Binary;
using System.Text;

namespace Profiler.Core.Protobuf;

/// <summary>
/// The part of the Protocol Buffers wire format that metrics and traces need (https://protobuf.dev/programming-guides/encoding/). The
/// length of a message is inserted when the message is complete. Google's CodedOutputStream needs the length in advance, so
/// everything would have to be measured before it is written.
/// </summary>
/// <param name="bytes">Output buffer.</param>
public sealed class ProtobufWriter(PooledBuffer bytes)
{
    /// <summary>Begins a nested message, which ends with <see cref="EndMessage"/>.</summary>
    /// <returns>The argument for EndMessage.</returns>
    public int BeginMessage(int field)
    {
        Tag(field, 2);
        return bytes.Length;
    }

    /// <summary>Begins a top-level message, which ends with <see cref="EndMessage"/>. It starts with its length.</summary>
    public int BeginDelimited() => bytes.Length;

    public void EndMessage(int begin)
    {
        ulong length = (ulong)(bytes.Length - begin);
        Span<byte> varint = stackalloc byte[10];
        int size = Encode(length, varint);
        varint[..size].CopyTo(bytes.Insert(begin, size));
    }

    /// <summary>int32, int64, uint32, uint64, bool, enum.</summary>
    public void Varint(int field, ulong value)
    {
        Tag(field, 0);
        Raw(value);
    }

    /// <summary>sint32, sint64.</summary>
    public void ZigZag(int field, long value) => Varint(field, Zig(value));

    public void Double(int field, double value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.GetSpan(8), value);
        bytes.Advance(8);
    }

    /// <summary>fixed64.</summary>
    public void Fixed64(int field, ulong value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.GetSpan(8), value);
        bytes.Advance(8);
    }

    public void String(int field, string value)
    {
        int begin = BeginMessage(field);
        bytes.Advance(Encoding.UTF8.GetBytes(value, bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
        EndMessage(begin);
    }

    /// <summary>bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Raw((ulong)value.Length);
        value.CopyTo(bytes.GetSpan(value.Length));
        bytes.Advance(value.Length);
    }

    /// <summary>Writes an element of a packed sint64 field, between BeginMessage and EndMessage.</summary>
    public void PackedZigZag(long value) => Raw(Zig(value));

    private static ulong Zig(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void Tag(int field, int wireType) => Raw((ulong)(field << 3 | wireType));

    private void Raw(ulong value) => bytes.Advance(Encode(value, bytes.GetSpan(10)));

    private static int Encode(ulong value, Span<byte> to)
    {
        int size = 0;
        for (; value >= 0x80; value >>= 7)
            to[size++] = (byte)(value | 0x80);
        to[size++] = (byte)value;
        return size;
    }
}
