namespace Profiler.Linux.Confinement;

/// <summary>
/// The system calls of a process that answers requests on sockets it was handed: what the .NET runtime, Kestrel, OpenSSL and the C
/// library need for it. No file is opened for writing, no socket or process is made, no other process is reached. What was tried: docs/architecture.md.
/// </summary>
public static class ServingCalls
{
    // O_ACCMODE, O_CREAT, O_TRUNC and what is O_TMPFILE besides O_DIRECTORY: include/uapi/asm-generic/fcntl.h.
    private const uint Writing = 0x3 | 0x40 | 0x200 | 0x400000;

    // PROT_WRITE, PROT_EXEC
    private const uint Write = 2, Execute = 4;

    // clone(2): CLONE_VM, CLONE_THREAD
    private const uint Vm = 0x100, Thread = 0x10000;

    // MSG_FASTOPEN makes a connection.
    private const uint FastOpen = 0x20000000;

    private static readonly ArgumentTest NoConnection = new(3, FastOpen, 0), NoAddress = new(4, uint.MaxValue, 0) { Wide = true };

    /// <summary>The table for a process.</summary>
    /// <param name="pid">Its process id: signals may be sent to its own threads only.</param>
    public static IReadOnlyList<SystemCall> For(int pid) =>
    [
        // ---- what a scrape takes ----
        Allow("futex", 202), Allow("read", 0), Allow("write", 1), Allow("epoll_wait", 232), Allow("recvmsg", 47),
        Allow("sendmsg", 46, new ArgumentTest(2, FastOpen, 0)), Allow("recvfrom", 45), Allow("sendto", 44, NoConnection, NoAddress),
        Allow("readv", 19), Allow("writev", 20), Allow("accept4", 288), Allow("close", 3), Allow("getsockname", 51), Allow("getpeername", 52),
        // Kestrel: TCP_NODELAY. .NET: SO_LINGER and SO_REUSEADDR.
        Allow("setsockopt", 54, new ArgumentTest(1, uint.MaxValue, 1, 6), new ArgumentTest(2, uint.MaxValue, 1, 2, 13)),
        Allow("getsockopt", 55), Allow("shutdown", 48), Allow("listen", 50),

        // ---- events and time ----
        Allow("poll", 7), Allow("ppoll", 271), Allow("epoll_create1", 291), Allow("epoll_ctl", 233), Allow("epoll_pwait", 281), Allow("eventfd2", 290),
        Allow("pipe2", 293), Allow("clock_gettime", 228), Allow("clock_getres", 229), Allow("clock_nanosleep", 230), Allow("nanosleep", 35),
        Allow("gettimeofday", 96), Allow("time", 201),

        // ---- memory: nothing that can be written is executed. OpenSSL is loaded when it is needed ----
        Allow("mmap", 9, new ArgumentTest(2, Write | Execute, 0, Write, Execute)), Allow("mprotect", 10, new ArgumentTest(2, Execute, 0)),
        Allow("munmap", 11), Allow("mremap", 25), Allow("madvise", 28), Allow("brk", 12), Allow("membarrier", 324), Allow("mincore", 27),

        // ---- threads of this process ----
        Allow("clone", 56, new ArgumentTest(0, Vm | Thread, Vm | Thread)), Unknown("clone3", 435), Allow("set_robust_list", 273), Allow("rseq", 334),
        Allow("gettid", 186), Allow("getpid", 39), Allow("getppid", 110), Allow("sched_yield", 24), Allow("sched_getaffinity", 204), Allow("getcpu", 309),
        Allow("sched_getparam", 143), Allow("sched_getscheduler", 145),
        Allow("tgkill", 234, new ArgumentTest(0, uint.MaxValue, (uint)pid)), Allow("rt_sigaction", 13), Allow("rt_sigprocmask", 14),
        Allow("rt_sigreturn", 15), Allow("sigaltstack", 131), Allow("restart_syscall", 219), Allow("exit", 60), Allow("exit_group", 231),
        // PR_SET_NAME, PR_SET_VMA: names of threads and of memory.
        Allow("prctl", 157, new ArgumentTest(0, uint.MaxValue, 15, 0x53564d41)),
        // Limits are read, not set.
        Allow("prlimit64", 302, new ArgumentTest(0, uint.MaxValue, 0, (uint)pid), new ArgumentTest(2, uint.MaxValue, 0) { Wide = true }),
        Allow("getrlimit", 97), Allow("getrusage", 98), Allow("times", 100), Allow("sysinfo", 99), Allow("uname", 63), Allow("getrandom", 318),
        Allow("getuid", 102), Allow("geteuid", 107), Allow("getgid", 104), Allow("getegid", 108),

        // ---- files, to be read ----
        Allow("openat", 257, new ArgumentTest(2, Writing, 0)), Allow("open", 2, new ArgumentTest(1, Writing, 0)), Unknown("openat2", 437),
        Allow("fstat", 5), Allow("stat", 4), Allow("lstat", 6), Allow("newfstatat", 262), Allow("statx", 332), Allow("fstatfs", 138), Allow("statfs", 137),
        Allow("access", 21), Allow("faccessat", 269), Allow("faccessat2", 439), Allow("readlink", 89), Allow("readlinkat", 267), Allow("getcwd", 79),
        Allow("getdents64", 217), Allow("lseek", 8), Allow("pread64", 17), Allow("preadv", 295), Allow("fadvise64", 221), Allow("flock", 73),
        // F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
        Allow("fcntl", 72, new ArgumentTest(1, uint.MaxValue, 0, 1, 2, 3, 4, 1030)), Allow("dup", 32),
        // TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO: TIOCSTI would type into the terminal.
        Allow("ioctl", 16, new ArgumentTest(1, uint.MaxValue, 0x5401, 0x5413, 0x541b, 0x5421)),

        // ---- whoever makes these has taken the process over ----
        Kill("execve", 59), Kill("execveat", 322), Kill("ptrace", 101), Kill("process_vm_readv", 310), Kill("process_vm_writev", 311),
        Kill("bpf", 321), Kill("perf_event_open", 298), Kill("init_module", 175), Kill("finit_module", 313), Kill("kexec_load", 246),
        Kill("fork", 57), Kill("vfork", 58), Kill("mount", 165), Kill("unshare", 272), Kill("setns", 308), Kill("pidfd_getfd", 438),
        Kill("io_uring_setup", 425), Kill("io_uring_enter", 426), Kill("io_uring_register", 427),
    ];

    private static SystemCall Allow(string name, uint number, params ArgumentTest[] tests) => new(name, number, Verdict.Allow, tests);

    private static SystemCall Unknown(string name, uint number) => new(name, number, Verdict.Unknown);

    private static SystemCall Kill(string name, uint number) => new(name, number, Verdict.Kill);
}
