using Profiler.Tests.Support;

namespace Profiler.Linux.Tests;

/// <summary>Numbers and layouts that we repeat of the kernel's and the C library's headers.</summary>
public sealed class HeaderTests
{
    [Fact]
    public void Structs_and_constants_are_those_of_the_headers() =>
        new Mirrors(typeof(Posix).Assembly, "<errno.h>", "<fcntl.h>", "<signal.h>", "<termios.h>", "<unistd.h>", "<sys/ioctl.h>", "<sys/stat.h>")
        .Struct<Posix.Statx>("struct statx")
        .Struct<TerminalSize.WindowSize>("struct winsize")
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
