using System.Runtime.InteropServices;
using Profiler.Core;
using static Profiler.Cli.Release.Vfio.LibC;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// Memory pinned and mapped for the devices of an address space. It is not unmapped by us: the kernel does that, and unpins
/// every page, when the last of the devices has gone. This part of a VM's shutdown grows with its memory.
/// </summary>
internal sealed class DmaMemory : IDisposable
{
    /// <summary>
    /// Where it is mapped: 4 GiB, past the window for interrupts at 0xfee00000, which the IOMMU reserves.
    /// </summary>
    public const ulong FirstIova = 1UL << 32;

    private readonly nint _address;
    private readonly nuint _length;

    private DmaMemory(nint address, nuint length) => (_address, _length) = (address, length);

    /// <summary>May take seconds, as the kernel allocates, clears and pins each page.</summary>
    /// <param name="options">More than 0 bytes, rounded up to whole pages.</param>
    /// <param name="map">
    /// Maps it for the devices: gets its address, its address for the devices, and its bytes; a negative result is a failure, with errno in
    /// <see cref="Marshal.GetLastPInvokeError"/>.
    /// </param>
    /// <exception cref="UserException">There is too little memory, or too low a limit (3).</exception>
    public static DmaMemory Map(IommuOptions options, Func<ulong, ulong, ulong, int> map)
    {
        ByteSize size = options.Dma.RoundedUpTo(Environment.SystemPageSize);
        var length = (nuint)size.Bytes;
        nint address = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (address == -1)
            throw VfioErrors.MapDma(size, Marshal.GetLastPInvokeError());
        var memory = new DmaMemory(address, length);

        // EINVAL: a kernel without huge pages.
        _ = madvise(address, length, options.HugePages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
        if (map((ulong)address, FirstIova, size.Bytes) >= 0)
            return memory;
        int errno = Marshal.GetLastPInvokeError();
        memory.Dispose();
        throw VfioErrors.MapDma(size, errno);
    }

    /// <summary>Unmaps the memory of the process; to be called after the address space is closed.</summary>
    public void Dispose() => _ = munmap(_address, _length);
}
