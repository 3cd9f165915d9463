using Profiler.Core;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

public sealed class SystemdSocketsTests
{
    [Theory]
    [InlineData("17", "1", new ulong[] { 3 })]
    [InlineData("17", "2", new ulong[] { 3, 4 })]
    public void They_begin_at_three(string pid, string count, ulong[] descriptors) =>
        Assert.Equal(descriptors, SystemdSockets.Descriptors(Environment(pid, count), 17));

    [Theory]
    [InlineData(null, null)]
    [InlineData("18", "1")] // for another process
    [InlineData("17", "0")]
    [InlineData("17", "-1")]
    [InlineData("17", "65")]
    [InlineData("17", "2147483647")]
    [InlineData("17", "99999999999")]
    [InlineData("17", "1 2")]
    public void None_is_wrong_usage(string? pid, string? count)
    {
        var error = Assert.Throws<UserException>(() => SystemdSockets.Descriptors(Environment(pid, count), 17));
        Assert.Equal(ExitCode.Usage, error.Code);
    }

    private static Func<string, string?> Environment(string? pid, string? count) =>
        name => name == "LISTEN_PID" ? pid : name == "LISTEN_FDS" ? count : null;
}
