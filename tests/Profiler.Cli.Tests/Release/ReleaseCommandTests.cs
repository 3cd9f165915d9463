using Profiler.Cli.Commands;

namespace Profiler.Cli.Tests.Release;

public class ReleaseCommandTests
{
    [Fact]
    public void The_option_that_makes_a_worker_is_hidden() =>
        Assert.True(ReleaseCommand.Create().Options.Single(option => option.Name == "--worker").Hidden);
}
