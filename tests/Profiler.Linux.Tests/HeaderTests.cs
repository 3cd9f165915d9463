using Profiler.Linux.Confinement;
using Profiler.Tests.Support;

namespace Profiler.Linux.Tests;

/// <summary>Numbers and layouts that we repeat of the kernel's and the C library's headers.</summary>
public sealed class HeaderTests
{
    [Fact]
    public void Structs_and_constants_are_those_of_the_headers() =>
        new Mirrors(typeof(Posix).Assembly, "<errno.h>", "<fcntl.h>", "<signal.h>", "<termios.h>", "<unistd.h>", "<sys/ioctl.h>", "<sys/stat.h>",
            "<sys/prctl.h>", "<sys/socket.h>", "<sys/syscall.h>", "<sys/wait.h>", "<spawn.h>", "<linux/audit.h>", "<linux/capability.h>", "<linux/filter.h>", "<linux/seccomp.h>")
        .Struct<Posix.Statx>("struct statx")
        .Struct<TerminalSize.WindowSize>("struct winsize")
        .Struct<Privileges.CapabilityHeader>("struct __user_cap_header_struct")
        .Struct<Privileges.CapabilityData>("struct __user_cap_data_struct")
        .Struct<Privileges.FilterProgram>("struct sock_fprog")
        .Struct<SystemCallFilter.Instruction>("struct sock_filter")
        .Constants(typeof(Privileges), new() { ["Seccomp"] = "__NR_seccomp", ["_LINUX_CAPABILITY_VERSION_3"] = "_LINUX_CAPABILITY_VERSION_3" })
        .Constants(typeof(SystemCallFilter))
        .Constants(typeof(Spawn), new() { ["SizeOfActions"] = "sizeof(posix_spawn_file_actions_t)" })
        .Constants(typeof(TerminalSize))
        .Constants(typeof(TerminalModes))
        .Constants(typeof(Errno))
        .Constants(typeof(Posix))
        .Constants(typeof(Signals))
        .Check();

    [Theory]
    [InlineData(-25, "ENOTTY")]
    [InlineData(-524, "ENOTSUPP")]
    [InlineData(-77, "error -77")]
    [InlineData(int.MinValue, "error -2147483648")]
    [InlineData(3, "error 3")]
    public void An_error_has_its_name(int result, string name) => Assert.Equal(name, Errno.Name(result));
}
