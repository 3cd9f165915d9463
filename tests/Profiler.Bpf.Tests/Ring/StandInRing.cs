using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Bpf.Ring;

namespace Profiler.Bpf.Tests.Ring;

/// <summary>
/// Memory with the layout of a ring buffer, and a program's side of it, as kernel/bpf/ringbuf.c does it: positions only
/// grow, a record is busy until it is committed, and what does not fit is refused.
/// </summary>
internal sealed unsafe class StandInRing : IDisposable
{
    private static readonly nuint Page = (nuint)Environment.SystemPageSize;

    private readonly nint _data;
    private readonly ulong _mask;

    /// <param name="dataBytes">A power of two, at least a page.</param>
    /// <param name="position">Where both positions begin, a multiple of 8.</param>
    public StandInRing(int dataBytes, ulong position = 0)
    {
        nuint bytes = (nuint)dataBytes;
        int file = memfd_create("ring", 0);
        Assert.Equal(0, ftruncate(file, (long)(2 * Page + bytes)));
        nint consumer = LibC.mmap(0, Page, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file, 0);
        // Room for all in one piece, of which the second mapping replaces the end.
        nint producer = LibC.mmap(0, Page + 2 * bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file, (long)Page);
        nint again = producer + (nint)(Page + bytes);
        Assert.Equal(again, LibC.mmap(again, bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | MapFixed, file, (long)(2 * Page)));
        Assert.Equal(0, close(file));
        Mapping = RingMapping.Adopt(consumer, producer, (ulong)dataBytes);
        _data = producer + (nint)Page;
        _mask = (ulong)dataBytes - 1;
        *Mapping.ProducerPosition = *Mapping.ConsumerPosition = position;
    }

    private const int MapFixed = 0x10;

    public RingMapping Mapping { get; }

    /// <summary>Begins a record; null if there is no room.</summary>
    public nint? Reserve(int bytes)
    {
        ulong at = *Mapping.ProducerPosition, next = at + (((ulong)bytes + 8 + 7) & ~7UL);
        if (next - Volatile.Read(ref *Mapping.ConsumerPosition) > _mask)
            return null;
        nint record = _data + (nint)(at & _mask);
        *(uint*)record = (uint)bytes | RingRecords.BPF_RINGBUF_BUSY_BIT;
        Volatile.Write(ref *Mapping.ProducerPosition, next);
        return record;
    }

    /// <summary>The data of a record under way.</summary>
    public static Span<byte> DataOf(nint record) =>
        new((byte*)record + RingRecords.BPF_RINGBUF_HDR_SZ, (int)(*(uint*)record & ~RingRecords.BPF_RINGBUF_BUSY_BIT));

    /// <summary>Ends a record.</summary>
    public static void Commit(nint record, bool discard = false) => Volatile.Write(
        ref *(uint*)record,
        (*(uint*)record & ~RingRecords.BPF_RINGBUF_BUSY_BIT) | (discard ? RingRecords.BPF_RINGBUF_DISCARD_BIT : 0));

    /// <summary>A whole record; false if there is no room.</summary>
    public bool Write(ReadOnlySpan<byte> data, bool discard = false)
    {
        if (Reserve(data.Length) is not { } record)
            return false;
        data.CopyTo(DataOf(record));
        Commit(record, discard);
        return true;
    }

    public void Dispose() => Mapping.Dispose();

    [DllImport("libc")]
    private static extern int memfd_create([MarshalAs(UnmanagedType.LPStr)] string name, uint flags);

    [DllImport("libc")]
    private static extern int ftruncate(int fd, long length);

    [DllImport("libc")]
    private static extern int close(int fd);
}
