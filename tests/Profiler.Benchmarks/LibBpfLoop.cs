using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Core.Wire;

namespace Profiler.Benchmarks;

/// <summary>
/// libbpf's reader of ring buffers, in C throughout: its callback is memcpy, which has the same arguments. Its context is the
/// destination, one event long and always the same. What memcpy returns, its destination, must not be negative as an int.
/// </summary>
internal sealed unsafe class LibBpfLoop : IDisposable
{
    private const int MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_32BIT = 0x40; // the first 2 GiB of the address space

    private readonly nint _destination = LibC.mmap(
        0, (nuint)WireEvent.Size, LibC.PROT_READ | LibC.PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    private readonly nint _ring;

    public LibBpfLoop(int mapFd)
    {
        nint memcpy = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "memcpy");
        _ring = ring_buffer__new(mapFd, memcpy, _destination, null);
        if (_ring == 0 || _destination == LibC.MAP_FAILED)
            throw new InvalidOperationException("libbpf cannot read the ring buffer");
    }

    /// <summary>Reads all records that there are; their number.</summary>
    public int Read() => ring_buffer__poll(_ring, 0);

    public void Dispose()
    {
        ring_buffer__free(_ring);
        _ = LibC.munmap(_destination, (nuint)WireEvent.Size);
    }

    [DllImport(LibBpf.Library)]
    private static extern nint ring_buffer__new(int mapFd, nint callback, nint context, void* options);

    [DllImport(LibBpf.Library)]
    private static extern int ring_buffer__poll(nint ring, int timeoutMilliseconds);

    [DllImport(LibBpf.Library)]
    private static extern void ring_buffer__free(nint ring);
}
