using Profiler.Cli.Release.Vfio;
using Profiler.Cli.Usage;

namespace Profiler.Cli.Tests.Release;

public class PageSizeTests
{
    [Theory]
    [InlineData("4k", 4096)]
    [InlineData("2m", 2 << 20)]
    [InlineData("1g", 1 << 30)]
    public void Memory_is_made_of_whole_pages(string name, ulong bytes)
    {
        PageSize page = PageSize.Parse(name)!;
        Assert.Equal((name, bytes), ($"{page}", page.Bytes));
        Assert.Equal(2 * bytes, new ByteSize(bytes + 1).RoundedUpTo(page.Bytes).Bytes);
    }

    [Theory]
    [InlineData("2M")]
    [InlineData("")]
    [InlineData("16k")]
    public void Others_there_are_none(string name) => Assert.Null(PageSize.Parse(name));
}
