using Profiler.Core;
using Profiler.Host.Live;

namespace Profiler.Host.Tests.Live;

public sealed class PrivilegesTests
{
    [Fact]
    public void In_the_initial_pid_namespace_all_processes_are_seen() => Privileges.DemandAllProcesses("pid:[4026531836]");

    [Theory]
    [InlineData("pid:[4026532441]")]
    [InlineData(null)]
    public void In_another_one_nothing_is_told(string? link)
    {
        UserException refused = Assert.Throws<UserException>(() => Privileges.DemandAllProcesses(link));
        Assert.Equal(ExitCode.NotPossible, refused.Code);
        Assert.Contains("hostPID: true", refused.Message, StringComparison.Ordinal);
    }
}
