using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>C library functions that libbpf does not provide.</summary>
internal static unsafe partial class LibC
{
    private const long SYS_perf_event_open = 298; // x86-64
    private const uint PERF_TYPE_TRACEPOINT = 2;
    private const ulong PERF_FLAG_FD_CLOEXEC = 8;

    public const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;
    public const nint MAP_FAILED = -1;
    public const short POLLIN = 1;
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    public const uint MFD_CLOEXEC = 1;

    /// <summary>Opens a perf event on a tracepoint; attached programs run on all CPUs (perf_event_open(2)).</summary>
    /// <returns>A file descriptor, or -1 with errno set.</returns>
    public static int OpenTracepoint(ulong id)
    {
        var attributes = new PerfEventAttr { type = PERF_TYPE_TRACEPOINT, size = (uint)sizeof(PerfEventAttr), config = id, sample_period = 1 };
        return Open(attributes);
    }

    /// <summary>The same on a kprobe at an address.</summary>
    /// <param name="type">Of the kprobe PMU, from sysfs.</param>
    /// <param name="address">Of an instruction.</param>
    public static int OpenKprobe(uint type, ulong address) =>
        Open(new PerfEventAttr { type = type, size = (uint)sizeof(PerfEventAttr), kprobe_addr = address });

    private static int Open(PerfEventAttr attributes) => (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

    /// <summary><c>struct perf_event_attr</c>, PERF_ATTR_SIZE_VER5 (include/uapi/linux/perf_event.h).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    internal struct PerfEventAttr
    {
        [FieldOffset(0)] public uint type;
        [FieldOffset(4)] public uint size;
        [FieldOffset(8)] public ulong config;
        [FieldOffset(16)] public ulong sample_period;
        [FieldOffset(64)] public ulong kprobe_addr;
    }

    /// <summary><c>struct pollfd</c>, poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(nint address, nuint bytes, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(nint address, nuint bytes);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint count, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    /// <summary>Formats the arguments of a C callback; the caller frees the text.</summary>
    /// <returns>Number of bytes without the NUL; negative if out of memory.</returns>
    [LibraryImport("libc")]
    public static partial int vasprintf(byte** text, nint format, nint arguments);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, PerfEventAttr* attributes, int pid, int cpu, int groupFd, ulong flags);
}
