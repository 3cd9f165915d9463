using System.Numerics;
using System.Runtime.InteropServices;
using Profiler.Cli.Usage;
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

    // What a host does with huge pages that are not reserved: "always madvise [never]".
    private const string HugePagesSwitch = "/sys/kernel/mm/transparent_hugepage/enabled";

    private readonly nint _address;
    private readonly nuint _length;

    private DmaMemory(nint address, nuint length) => (_address, _length) = (address, length);

    /// <summary>May take seconds, as the kernel allocates, clears and pins each page.</summary>
    /// <param name="options">More than 0 bytes, rounded up to whole pages of the wanted size.</param>
    /// <param name="map">
    /// Maps it for the devices: gets its address, its address for the devices, and its bytes; a negative result is a failure, with errno in
    /// <see cref="Marshal.GetLastPInvokeError"/>.
    /// </param>
    /// <exception cref="UserException">There is too little memory, or too low a limit, or there are no such pages (3).</exception>
    public static DmaMemory Map(IommuOptions options, Func<ulong, ulong, ulong, int> map)
    {
        ByteSize size = options.Dma.RoundedUpTo(options.Page.Bytes);
        (DmaMemory memory, nint address) = options.Page == PageSize.Giant ? Giant(size) : Allocate(size, options.Page);
        if (map((ulong)address, FirstIova, size.Bytes) >= 0)
            return memory;
        int errno = Marshal.GetLastPInvokeError();
        memory.Dispose();
        throw VfioErrors.MapDma(size, errno);
    }

    private static (DmaMemory Memory, nint Address) Giant(ByteSize size)
    {
        nint address = mmap(
            0, (nuint)size.Bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | BitOperations.Log2(PageSize.Giant.Bytes) << MAP_HUGE_SHIFT, -1, 0);
        return address != -1
            ? (new DmaMemory(address, (nuint)size.Bytes), address)
            : throw VfioErrors.NoGiantPages(size.Bytes / PageSize.Giant.Bytes);
    }

    // With room to begin at a whole page: only whole ones can be huge.
    private static (DmaMemory Memory, nint Address) Allocate(ByteSize size, PageSize page)
    {
        bool huge = page == PageSize.Huge;
        if (huge && (!File.Exists(HugePagesSwitch) || File.ReadAllText(HugePagesSwitch).Contains("[never]", StringComparison.Ordinal)))
            throw VfioErrors.NoHugePages(HugePagesSwitch);
        var length = (nuint)(size.Bytes + page.Bytes);
        nint start = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == -1)
            throw VfioErrors.MapDma(size, Marshal.GetLastPInvokeError());
        // EINVAL: a kernel without huge pages has small ones only.
        _ = madvise(start, length, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
        return (new DmaMemory(start, length), (nint)(((ulong)start + page.Bytes - 1) / page.Bytes * page.Bytes));
    }

    /// <summary>Unmaps the memory of the process; to be called after the address space is closed.</summary>
    public void Dispose() => _ = munmap(_address, _length);
}
