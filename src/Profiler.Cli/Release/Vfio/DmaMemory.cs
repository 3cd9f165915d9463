using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Profiler.Core;
using static Profiler.Cli.Release.Vfio.LibC;
using static Profiler.Cli.Release.Vfio.VfioUapi;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// Memory pinned and mapped for a container's devices. It is not unmapped through VFIO: the kernel does that, and unpins
/// every page, when the container loses its last group. This part of a VM's shutdown grows with its memory.
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
    /// <param name="container">An open container that has its IOMMU model.</param>
    /// <param name="options">More than 0 bytes, rounded up to whole pages.</param>
    /// <exception cref="UserException">There is too little memory, or too low a limit (3).</exception>
    public static DmaMemory Map(int container, DmaOptions options)
    {
        ByteSize size = options.Size.RoundedUpTo(Environment.SystemPageSize);
        var length = (nuint)size.Bytes;
        nint address = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (address == -1)
            throw VfioErrors.MapDma(size, Marshal.GetLastPInvokeError());
        var memory = new DmaMemory(address, length);

        // EINVAL: a kernel without huge pages.
        _ = madvise(address, length, options.HugePages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
        var map = new vfio_iommu_type1_dma_map
        {
            argsz = (uint)Unsafe.SizeOf<vfio_iommu_type1_dma_map>(),
            flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
            vaddr = (ulong)address,
            iova = FirstIova,
            size = size.Bytes,
        };
        if (ioctl(container, VFIO_IOMMU_MAP_DMA, ref map) == 0)
            return memory;
        int errno = Marshal.GetLastPInvokeError();
        memory.Dispose();
        throw VfioErrors.MapDma(size, errno);
    }

    /// <summary>Unmaps the memory of the process; to be called after the container is closed.</summary>
    public void Dispose() => _ = munmap(_address, _length);
}
