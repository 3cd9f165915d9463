using System.Runtime.InteropServices;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Ring;

/// <summary>
/// A BPF_MAP_TYPE_RINGBUF map in this process's memory (kernel/bpf/ringbuf.c). The kernel lets a process map two parts of it: the
/// page with the consumer's position, which is written here, and the page with the producer's position followed by the data,
/// which may only be read. The data follows itself once more, so that a record across its end is contiguous.
/// </summary>
internal sealed unsafe class RingMapping : IDisposable
{
    private readonly (nint Start, nuint Bytes) _consumer, _producer;

    private RingMapping((nint, nuint) consumer, (nint, nuint) producer, ulong dataBytes) =>
        (_consumer, _producer, DataBytes) = (consumer, producer, dataBytes);

    /// <summary>Bytes read so far, including headers; the kernel reuses the space before it.</summary>
    public ulong* ConsumerPosition => (ulong*)_consumer.Start;

    /// <summary>Bytes reserved so far by the programs, including headers.</summary>
    public ulong* ProducerPosition => (ulong*)_producer.Start;

    /// <summary>Start of the data.</summary>
    public byte* Data => (byte*)_producer.Start + Environment.SystemPageSize;

    /// <summary>Size of the data, bytes: a power of two.</summary>
    public ulong DataBytes { get; }

    /// <summary>Maps a ring buffer.</summary>
    /// <param name="fd">The map, which must stay open for waiting only.</param>
    /// <exception cref="BpfException">It is no ring buffer, or the kernel refuses.</exception>
    public static RingMapping Of(int fd)
    {
        var info = new BpfMapInfo();
        uint length = (uint)sizeof(BpfMapInfo);
        if (LibBpf.bpf_obj_get_info_by_fd(fd, &info, &length) != 0)
            throw Failed();
        if (info.type != BpfMapInfo.BPF_MAP_TYPE_RINGBUF)
            throw new BpfException($"the ring buffer cannot be read: its map is of type {info.type}");
        nuint page = (nuint)Environment.SystemPageSize;
        (nint, nuint) consumer = Map(fd, page, LibC.PROT_READ | LibC.PROT_WRITE, 0);
        try
        {
            return new RingMapping(consumer, Map(fd, page + 2 * (nuint)info.max_entries, LibC.PROT_READ, (long)page), info.max_entries);
        }
        catch
        {
            Unmap(consumer);
            throw;
        }
    }

    /// <summary>Takes over memory of the same layout.</summary>
    /// <param name="consumer">The consumer's page.</param>
    /// <param name="producer">The producer's page, followed by the data twice.</param>
    /// <param name="dataBytes">Size of the data, bytes: a power of two.</param>
    internal static RingMapping Adopt(nint consumer, nint producer, ulong dataBytes)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        return new RingMapping((consumer, page), (producer, page + 2 * (nuint)dataBytes), dataBytes);
    }

    /// <summary>Unmaps it; it must not be read afterwards.</summary>
    public void Dispose()
    {
        Unmap(_consumer);
        Unmap(_producer);
    }

    private static (nint, nuint) Map(int fd, nuint bytes, int protection, long offset)
    {
        nint start = LibC.mmap(0, bytes, protection, LibC.MAP_SHARED, fd, offset);
        return start == LibC.MAP_FAILED ? throw Failed() : (start, bytes);
    }

    private static void Unmap((nint Start, nuint Bytes) part) => _ = LibC.munmap(part.Start, part.Bytes);

    private static BpfException Failed() => new($"the ring buffer cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
}
