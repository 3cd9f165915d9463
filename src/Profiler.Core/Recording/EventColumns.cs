using System.Buffers.Binary;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// Events in the order that compresses best: first the time of each as the difference to the event before it, zigzag-encoded as a
/// LEB128 number of 1 to 10 bytes, then the other 96 bytes of each. Real recordings become a tenth smaller than with records as
/// they are, and compress twice as fast: times are all that never repeats, so nothing interrupts the matches in the rest.
/// </summary>
internal static class EventColumns
{
    /// <summary>The most that one event takes, bytes.</summary>
    public const int MaxSize = MaxTimeSize + RestSize;

    private const int MaxTimeSize = 10;
    private const int TimeSize = sizeof(ulong);
    private const int RestSize = WireEvent.Size - TimeSize;

    /// <summary>Writes events as columns.</summary>
    /// <param name="records">Whole events; any bytes come back as they are.</param>
    /// <param name="timeNs">The time of the event before; becomes that of the last one.</param>
    /// <param name="to">Space for <see cref="MaxSize"/> bytes an event.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(ReadOnlySpan<byte> records, ref ulong timeNs, Span<byte> to)
    {
        int at = 0;
        for (int i = 0; i < records.Length; i += WireEvent.Size)
        {
            ulong now = BinaryPrimitives.ReadUInt64LittleEndian(records[i..]);
            long difference = unchecked((long)(now - timeNs));
            ulong zigzag = (ulong)((difference << 1) ^ (difference >> 63));
            for (; zigzag >= 0x80; zigzag >>= 7)
                to[at++] = (byte)(zigzag | 0x80);
            to[at++] = (byte)zigzag;
            timeNs = now;
        }
        for (int i = TimeSize; i < records.Length; i += WireEvent.Size)
        {
            records.Slice(i, RestSize).CopyTo(to[at..]);
            at += RestSize;
        }
        return at;
    }

    /// <summary>Reads events from columns.</summary>
    /// <param name="columns">As <see cref="Encode"/> writes them; not trusted.</param>
    /// <param name="timeNs">The time of the event before; becomes that of the last one.</param>
    /// <param name="records">As many events as there should be.</param>
    /// <returns>False if it is not exactly as many.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> columns, ref ulong timeNs, Span<byte> records)
    {
        int rest = records.Length / WireEvent.Size * RestSize, at = 0;
        if (columns.Length < rest)
            return false;
        ReadOnlySpan<byte> times = columns[..^rest];
        for (int i = 0; i < records.Length; i += WireEvent.Size)
        {
            ulong zigzag = 0;
            int shift = 0;
            byte next;
            do
            {
                if (at == times.Length || shift > 63)
                    return false;
                next = times[at++];
                zigzag |= (ulong)(next & 0x7f) << shift;
                shift += 7;
            }
            while (next >= 0x80);
            timeNs = unchecked(timeNs + (zigzag >> 1 ^ (0 - (zigzag & 1))));
            BinaryPrimitives.WriteUInt64LittleEndian(records[i..], timeNs);
        }
        if (at != times.Length)
            return false;
        columns = columns[^rest..];
        for (int i = TimeSize; i < records.Length; i += WireEvent.Size)
        {
            columns[..RestSize].CopyTo(records[i..]);
            columns = columns[RestSize..];
        }
        return true;
    }
}
