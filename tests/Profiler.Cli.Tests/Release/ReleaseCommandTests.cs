using Profiler.Cli.Commands;

namespace Profiler.Cli.Tests.Release;

public class ReleaseCommandTests
{
    [Theory]
    [InlineData("--mode close 01:00.0", null)]
    [InlineData("--mode exit --repeat 3 --hold 01:00.0 02:00.0", null)]
    [InlineData("--mode exit --dma 2G --huge-pages 01:00.0", null)]
    [InlineData("01:00.0", "Option '--mode' is required.")]
    [InlineData("--mode close", "Required argument 'BDF' missing for command: 'release'.")]
    [InlineData("--mode Close 01:00.0", "--mode Close: write exit, close, threads or processes")]
    [InlineData("--mode 1 01:00.0", "--mode 1: write exit, close, threads or processes")]
    [InlineData("--mode close --repeat 0 01:00.0", "--repeat 0: write a whole number, 1 or more")]
    [InlineData("--mode close --repeat often 01:00.0", "--repeat often: write a whole number, 1 or more")]
    [InlineData("--mode close --dma 2T 01:00.0", "--dma 2T: write a size, as 512M or 2G")]
    public void The_first_thing_wrong_is_one_line(string arguments, string? error) =>
        Assert.Equal(error, ReleaseCommand.Create().Parse(arguments).Errors is [var first, ..] ? first.Message : null);

    [Fact]
    public void The_worker_is_nobodys_business() =>
        Assert.True(ReleaseCommand.Create().Options.Single(option => option.Name == "--worker").Hidden);
}
