using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>The one system call that libbpf does not make for us.</summary>
internal static unsafe partial class LibC
{
    private const long SysPerfEventOpen = 298; // x86-64, arch/x86/entry/syscalls/syscall_64.tbl
    private const uint PerfTypeTracepoint = 2;
    private const ulong PerfFlagCloseOnExec = 8;

    /// <summary>A perf event on a tracepoint; programs attached to it run on all CPUs (perf_event_open(2)).</summary>
    /// <returns>A file descriptor, or -1 with errno set.</returns>
    public static int OpenTracepoint(ulong id)
    {
        var attributes = new PerfEventAttr { type = PerfTypeTracepoint, size = (uint)sizeof(PerfEventAttr), config = id, sample_period = 1 };
        return (int)syscall(SysPerfEventOpen, &attributes, -1, 0, -1, PerfFlagCloseOnExec);
    }

    /// <summary><c>struct perf_event_attr</c>, PERF_ATTR_SIZE_VER5 (include/uapi/linux/perf_event.h).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    private struct PerfEventAttr
    {
        public uint type;
        public uint size;
        public ulong config;
        public ulong sample_period;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, PerfEventAttr* attributes, int pid, int cpu, int groupFd, ulong flags);
}
