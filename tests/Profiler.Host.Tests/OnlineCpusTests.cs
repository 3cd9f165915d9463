using Profiler.Host.Live;

namespace Profiler.Host.Tests;

public class OnlineCpusTests
{
    [Theory]
    [InlineData("0\n", 1)]
    [InlineData("0-3\n", 4)]
    [InlineData("0-3,8,10-11\n", 7)]
    [InlineData("", null)]
    [InlineData("3-1", null)]
    [InlineData("0-a", null)]
    public void The_kernels_list_is_counted(string list, int? count) => Assert.Equal(count, OnlineCpus.Of(list));
}
