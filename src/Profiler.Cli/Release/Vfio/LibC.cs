using System.Runtime.InteropServices;

namespace Profiler.Cli.Release.Vfio;

/// <summary>
/// The system calls for VFIO, by their own names. A negative result is a failure, with errno in
/// <see cref="Marshal.GetLastPInvokeError"/>.
/// </summary>
/// <remarks>
/// <c>ioctl</c> is variadic in C. On the System V x86-64 ABI (and AArch64 Linux) integer and pointer
/// arguments of a variadic call travel in the same registers as those of any other.
/// </remarks>
internal static partial class LibC
{
    private const string Library = "libc";

    /// <summary>Arguments of <see cref="mmap"/> and <see cref="madvise"/> (include/uapi/asm-generic/mman*.h).</summary>
    public const int PROT_READ = 0x1, PROT_WRITE = 0x2, MAP_PRIVATE = 0x2, MAP_ANONYMOUS = 0x20,
        MAP_HUGETLB = 0x40000, MAP_HUGE_SHIFT = 26, MADV_HUGEPAGE = 14, MADV_NOHUGEPAGE = 15;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref int argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref vfio_group_status argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref vfio_iommu_type1_dma_map argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref iommu_ioas_alloc argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref iommu_ioas_map argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref vfio_device_bind_iommufd argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, ref vfio_device_attach_iommufd_pt argument);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ioctl(int fd, nuint request, string argument);

    /// <returns>The address; -1 is a failure.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int munmap(nint address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int madvise(nint address, nuint length, int advice);
}
