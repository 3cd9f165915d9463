using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>C library functions that libbpf does not provide.</summary>
internal static unsafe partial class LibC
{
    private const long SYS_perf_event_open = 298; // x86-64
    private const uint PERF_TYPE_TRACEPOINT = 2;
    private const ulong PERF_FLAG_FD_CLOEXEC = 8;

    /// <summary>Opens a perf event on a tracepoint; attached programs run on all CPUs (perf_event_open(2)).</summary>
    /// <returns>A file descriptor, or -1 with errno set.</returns>
    public static int OpenTracepoint(ulong id)
    {
        var attributes = new PerfEventAttr { type = PERF_TYPE_TRACEPOINT, size = (uint)sizeof(PerfEventAttr), config = id, sample_period = 1 };
        return (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
    }

    /// <summary><c>struct perf_event_attr</c>, PERF_ATTR_SIZE_VER5 (include/uapi/linux/perf_event.h).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    internal struct PerfEventAttr
    {
        public uint type;
        public uint size;
        public ulong config;
        public ulong sample_period;
    }

    /// <summary>Formats the arguments of a C callback; the caller frees the text.</summary>
    /// <returns>Number of bytes without the NUL; negative if out of memory.</returns>
    [LibraryImport("libc")]
    public static partial int vasprintf(byte** text, nint format, nint arguments);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, PerfEventAttr* attributes, int pid, int cpu, int groupFd, ulong flags);
}
