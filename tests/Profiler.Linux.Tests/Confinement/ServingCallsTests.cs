using Profiler.Linux.Confinement;

namespace Profiler.Linux.Tests.Confinement;

/// <summary>What the half of serve that talks to the network may do, by the filter that the kernel gets.</summary>
public sealed class ServingCallsTests
{
    private const int Pid = 4711;
    private const uint Allow = 0x7fff0000, Refused = 0x00050000 | Errno.EPERM, Unknown = 0x00050000 | Errno.ENOSYS, Kill = 0x80000000;

    private static readonly IReadOnlyList<SystemCall> Table = ServingCalls.For(Pid);
    private static readonly SystemCallFilter.Instruction[] Program = SystemCallFilter.Compile(Table);

    /// <summary>Every number that the kernel's headers know, and what they do not know yet.</summary>
    private static readonly Dictionary<string, uint> Numbers = CallsOfTheHeaders();

    [Fact]
    public void Each_call_is_there_once_with_the_number_of_the_headers()
    {
        Assert.Equal(Table.Count, Table.Select(c => c.Number).Distinct().Count());
        Assert.All(Table, call => Assert.Equal(Numbers[call.Name], call.Number));
        Assert.InRange(Program.Length, 1, 4096); // BPF_MAXINSNS
    }

    [Fact]
    public void What_is_not_in_the_table_is_refused()
    {
        var known = Table.Select(c => c.Number).ToHashSet();
        for (uint number = 0; number < 2000; number++)
        {
            if (!known.Contains(number))
                Assert.Equal(Refused, FilterMachine.Run(Program, number, FilterMachine.X86_64, 0, 0, 0, 0, 0, 0));
        }
    }

    [Theory]
    [InlineData(0x40000003)] // AUDIT_ARCH_I386
    [InlineData(0xc00000b7)] // AUDIT_ARCH_AARCH64
    [InlineData(0u)]
    public void Calls_of_another_architecture_end_it(uint architecture)
    {
        foreach (SystemCall call in Table)
            Assert.Equal(Kill, FilterMachine.Run(Program, call.Number, architecture));
    }

    [Fact]
    public void Calls_of_x32_end_it()
    {
        foreach (SystemCall call in Table)
            Assert.Equal(Kill, FilterMachine.Run(Program, call.Number | 0x40000000, FilterMachine.X86_64));
    }

    [Theory]
    [InlineData("socket"), InlineData("socketpair"), InlineData("connect"), InlineData("bind"), InlineData("sendmmsg")]
    [InlineData("kill"), InlineData("tkill"), InlineData("rt_sigqueueinfo"), InlineData("rt_tgsigqueueinfo"), InlineData("pidfd_send_signal"), InlineData("pidfd_open")]
    [InlineData("creat"), InlineData("truncate"), InlineData("ftruncate"), InlineData("unlink"), InlineData("unlinkat"), InlineData("rename"), InlineData("renameat2")]
    [InlineData("mkdir"), InlineData("mkdirat"), InlineData("mknod"), InlineData("link"), InlineData("linkat"), InlineData("symlinkat"), InlineData("chmod"), InlineData("fchmodat")]
    [InlineData("chown"), InlineData("fchownat"), InlineData("setxattr"), InlineData("utimensat"), InlineData("open_by_handle_at"), InlineData("fallocate"), InlineData("memfd_create")]
    [InlineData("setuid"), InlineData("setresuid"), InlineData("setgroups"), InlineData("capset"), InlineData("seccomp"), InlineData("personality"), InlineData("userfaultfd")]
    [InlineData("keyctl"), InlineData("add_key"), InlineData("chroot"), InlineData("pivot_root"), InlineData("umount2"), InlineData("fsopen"), InlineData("move_mount"), InlineData("reboot")]
    [InlineData("pkey_mprotect"), InlineData("shmat"), InlineData("inotify_init1"), InlineData("fanotify_init"), InlineData("wait4"), InlineData("delete_module"), InlineData("syslog")]
    public void Refused_whatever_the_arguments(string name)
    {
        foreach (ulong argument in new ulong[] { 0, 1, 15, 0x10100, ulong.MaxValue })
            Assert.Equal(Refused, FilterMachine.Run(Program, Numbers[name], FilterMachine.X86_64, argument, argument, argument, argument, argument, argument));
    }

    [Theory]
    [InlineData("execve"), InlineData("execveat"), InlineData("ptrace"), InlineData("process_vm_readv"), InlineData("process_vm_writev")]
    [InlineData("bpf"), InlineData("perf_event_open"), InlineData("fork"), InlineData("vfork"), InlineData("unshare"), InlineData("setns"), InlineData("mount")]
    [InlineData("init_module"), InlineData("finit_module"), InlineData("io_uring_setup"), InlineData("io_uring_enter"), InlineData("pidfd_getfd")]
    public void Nobody_makes_these_but_who_has_taken_it_over(string name)
    {
        foreach (ulong argument in new ulong[] { 0, 1, ulong.MaxValue })
            Assert.Equal(Kill, FilterMachine.Run(Program, Numbers[name], FilterMachine.X86_64, argument, argument, argument, argument, argument, argument));
    }

    /// <summary>Any combination of the flags of open(2), with anything in the upper half of the register, which the kernel does not look at.</summary>
    [Fact]
    public void A_file_is_opened_for_reading_only()
    {
        uint[] harmless = [0x100, 0x800, 0x4000, 0x8000, 0x10000, 0x20000, 0x40000, 0x80000, 0x200000, 0x400];
        uint[] writing = [1, 2, 3, 0x40, 0x200, 0x400000];
        for (int set = 0; set < 1 << harmless.Length; set++)
        {
            uint flags = (uint)harmless.Where((_, i) => (set & 1 << i) != 0).Sum(f => f);
            foreach (ulong upper in new[] { 0UL, 0xffffffff00000000 })
            {
                Assert.Equal(Allow, Call("openat", 0, 0, upper | flags));
                Assert.Equal(Allow, Call("open", 0, upper | flags));
                Assert.All(writing, w => Assert.Equal(Refused, Call("openat", 0, 0, upper | flags | w)));
                Assert.All(writing, w => Assert.Equal(Refused, Call("open", 0, upper | flags | w)));
            }
        }
        Assert.Equal(Unknown, Call("openat2", 0, 0, 0));
    }

    [Theory]
    [InlineData(0u, Allow), InlineData(1u, Allow), InlineData(2u, Allow), InlineData(3u, Allow), InlineData(4u, Allow), InlineData(5u, Allow)]
    [InlineData(6u, Refused), InlineData(7u, Refused)]
    public void Memory_that_can_be_written_is_not_executed(uint protection, uint verdict)
    {
        Assert.Equal(verdict, Call("mmap", 0, 4096, protection, 0x22));
        Assert.Equal((protection & 4) == 0 ? Allow : Refused, Call("mprotect", 0, 4096, protection));
    }

    [Fact]
    public void Threads_are_made_and_no_processes()
    {
        Assert.Equal(Allow, Call("clone", 0x3d0f00)); // pthread_create of glibc
        Assert.Equal(Refused, Call("clone", 17)); // fork of glibc: SIGCHLD
        Assert.Equal(Refused, Call("clone", 0x4111)); // posix_spawn: CLONE_VM | CLONE_VFORK | SIGCHLD
        Assert.Equal(Refused, Call("clone", 0x10000011));
        Assert.Equal(Unknown, Call("clone3", 0));
    }

    [Fact]
    public void Signals_are_for_its_own_threads()
    {
        Assert.Equal(Allow, Call("tgkill", Pid, 1, 15));
        Assert.All(new ulong[] { 0, 1, Pid + 1, uint.MaxValue }, other => Assert.Equal(Refused, Call("tgkill", other, other, 15)));
    }

    [Fact]
    public void Limits_are_read_and_not_set()
    {
        Assert.Equal(Allow, Call("prlimit64", 0, 7, 0, 0x7ffc00000000));
        Assert.Equal(Refused, Call("prlimit64", 0, 7, 0x7ffc00000000)); // the lower half is 0
        Assert.Equal(Refused, Call("prlimit64", 1, 7, 0, 0x7ffc00000000));
    }

    [Fact]
    public void Nothing_is_typed_into_the_terminal_nor_set_on_other_things()
    {
        Assert.Equal(Refused, Call("ioctl", 0, 0x5412)); // TIOCSTI
        Assert.Equal(Refused, Call("ioctl", 0, 0x541c)); // TIOCLINUX
        Assert.Equal(Allow, Call("ioctl", 0, 0x5413));
        Assert.Equal(Refused, Call("prctl", 22, 2)); // PR_SET_SECCOMP
        Assert.Equal(Refused, Call("setsockopt", 5, 1, 26)); // SO_ATTACH_FILTER
        Assert.Equal(Refused, Call("fcntl", 0, 8)); // F_SETOWN
    }

    [Fact]
    public void What_is_sent_goes_where_the_connection_goes()
    {
        Assert.Equal(Allow, Call("sendto", 5, 1, 1, 0x4000, 0, 0));
        Assert.Equal(Refused, Call("sendto", 5, 1, 1, 0x4000, 0x7ffc00000000, 16));
        Assert.Equal(Refused, Call("sendto", 5, 1, 1, 0x20000000, 0, 0)); // MSG_FASTOPEN
        Assert.Equal(Refused, Call("sendmsg", 5, 1, 0x20004000));
    }

    private static uint Call(string name, params ulong[] arguments) => FilterMachine.Run(Program, Numbers[name], FilterMachine.X86_64, arguments);

    private static Dictionary<string, uint> CallsOfTheHeaders() => File.ReadLines("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
        .Select(line => line.Split(' ')).Where(words => words is ["#define", ['_', '_', 'N', 'R', '_', ..], _])
        .ToDictionary(words => words[1]["__NR_".Length..], words => uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
}
