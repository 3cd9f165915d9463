using System.Runtime.InteropServices;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>
/// The count of tracked processes in the programs' global data (<c>struct under_way</c>), mapped into this process: while it is 0,
/// programs return at once. Programs change it at the same time, so it is only changed atomically.
/// </summary>
internal sealed unsafe class TrackedCount : IDisposable
{
    private readonly nint _page;

    private TrackedCount(nint page) => _page = page;

    /// <summary>Maps the section's map.</summary>
    /// <exception cref="BpfException">The kernel refuses.</exception>
    public static TrackedCount Of(int fd)
    {
        nint page = LibC.mmap(0, (nuint)Environment.SystemPageSize, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, fd, 0);
        return page == LibC.MAP_FAILED
            ? throw new BpfException($"the programs' data cannot be written: {Marshal.GetLastPInvokeErrorMessage()}")
            : new TrackedCount(page);
    }

    /// <summary>To be called before a process is added to the map.</summary>
    public void Increment() => Interlocked.Increment(ref ((UnderWay*)_page)->processes);

    /// <summary>To be called after a process was removed from the map, or could not be added.</summary>
    public void Decrement() => Interlocked.Decrement(ref ((UnderWay*)_page)->processes);

    public void Dispose() => _ = LibC.munmap(_page, (nuint)Environment.SystemPageSize);
}
