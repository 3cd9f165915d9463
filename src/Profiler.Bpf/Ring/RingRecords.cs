using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Profiler.Bpf.Ring;

/// <summary>
/// Reads the records of a ring buffer in the order in which programs reserved them. One thread reads. A record is a header of
/// 8 bytes, whose first four are its length and two flags, and its data, rounded up to 8 bytes (include/uapi/linux/bpf.h).
/// </summary>
/// <param name="ring">The ring buffer; must stay mapped.</param>
internal sealed unsafe class RingRecords(RingMapping ring)
{
    /// <summary>A program is still writing this record.</summary>
    public const uint BPF_RINGBUF_BUSY_BIT = 1U << 31;

    /// <summary>The program that reserved this record does not want it delivered.</summary>
    public const uint BPF_RINGBUF_DISCARD_BIT = 1U << 30;

    /// <summary>Bytes of a record's header.</summary>
    public const int BPF_RINGBUF_HDR_SZ = 8;

    /// <summary>No record is waiting, not even one that a program is still writing.</summary>
    /// <remarks>On any thread: an acquire, so that what a caller reads afterwards is not older than the positions.</remarks>
    public bool IsEmpty => Volatile.Read(ref *ring.ProducerPosition) == Volatile.Read(ref *ring.ConsumerPosition);

    /// <summary>
    /// Copies records without their headers, one after another, until the batch is full, no record is left, or the next one is
    /// still being written. Then it returns their space to the kernel, with one store: a program that finds the ring buffer
    /// full costs an event, so the space must not wait until the batch is processed.
    /// </summary>
    /// <param name="batch">Where to.</param>
    /// <returns>Number of bytes copied; 0 also if all records were discarded.</returns>
    /// <exception cref="BpfException">A record is larger than the batch, or the ring buffer is damaged.</exception>
    public int Read(Span<byte> batch)
    {
        byte* data = ring.Data;
        ulong mask = ring.DataBytes - 1;
        ulong start = *ring.ConsumerPosition, position = start;
        // Acquires, here and of the header, so that the data is not read before a program has written it.
        ulong end = Volatile.Read(ref *ring.ProducerPosition);
        int length = 0;
        // Nearly all records are alike. Compared with the last header, which is predicted, the next record's address need not
        // wait for this header to be loaded.
        uint alike = uint.MaxValue, bytes = 0;
        ulong stride = 0;
        while (position != end)
        {
            byte* record = data + (position & mask);
            uint header = Volatile.Read(ref *(uint*)record);
            if (header != alike)
            {
                if ((header & BPF_RINGBUF_BUSY_BIT) != 0)
                    break;
                alike = header;
                bytes = header & ~BPF_RINGBUF_DISCARD_BIT;
                stride = Stride(bytes);
            }
            if (stride > end - position)
                throw Damaged();
            if ((alike & BPF_RINGBUF_DISCARD_BIT) == 0)
            {
                if (bytes > (uint)(batch.Length - length))
                {
                    if (length == 0)
                        throw new BpfException($"a record of {bytes} bytes is larger than a batch");
                    break;
                }
                Copy(record + BPF_RINGBUF_HDR_SZ, ref Unsafe.Add(ref MemoryMarshal.GetReference(batch), length), bytes);
                length += (int)bytes;
            }
            position += stride;
        }
        // A release: the kernel must not reuse the space while it is still being read.
        if (position != start)
            Volatile.Write(ref *ring.ConsumerPosition, position);
        return length;
    }

    /// <summary>Hands over each record where it is, until none is left or the next one is still being written; returns its space after it.</summary>
    /// <returns>Number of records, without discarded ones.</returns>
    /// <exception cref="BpfException">The ring buffer is damaged.</exception>
    public int ForEach(RecordHandler handle)
    {
        ulong position = *ring.ConsumerPosition, end = Volatile.Read(ref *ring.ProducerPosition);
        int records = 0;
        while (position != end)
        {
            byte* record = ring.Data + (position & (ring.DataBytes - 1));
            uint header = Volatile.Read(ref *(uint*)record);
            if ((header & BPF_RINGBUF_BUSY_BIT) != 0)
                break;
            uint bytes = header & ~BPF_RINGBUF_DISCARD_BIT;
            if (Stride(bytes) > end - position)
                throw Damaged();
            position += Stride(bytes);
            try
            {
                if (header == bytes)
                {
                    records++;
                    handle(new ReadOnlySpan<byte>(record + BPF_RINGBUF_HDR_SZ, (int)bytes));
                }
            }
            finally
            {
                Volatile.Write(ref *ring.ConsumerPosition, position);
            }
        }
        return records;
    }

    // From a record to the next one.
    private static ulong Stride(uint bytes) => (bytes + (ulong)BPF_RINGBUF_HDR_SZ + 7) & ~7UL;

    private static BpfException Damaged() => new("the ring buffer is damaged: a record ends after the last one");

    // As Span.CopyTo, but inlined: most records are a few vectors long, and the call costs as much as the copy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* from, ref byte to, uint bytes)
    {
        if (bytes < Vector256<byte>.Count)
        {
            Unsafe.CopyBlockUnaligned(ref to, ref *from, bytes);
            return;
        }
        nuint last = bytes - (uint)Vector256<byte>.Count;
        for (nuint at = 0; at < last; at += (uint)Vector256<byte>.Count)
            Vector256.Load(from + at).StoreUnsafe(ref to, at);
        Vector256.Load(from + last).StoreUnsafe(ref to, last);
    }
}
