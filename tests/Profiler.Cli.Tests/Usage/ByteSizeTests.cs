using Profiler.Cli.Usage;

namespace Profiler.Cli.Tests.Usage;

public class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("4096", 4096, "4K")]
    [InlineData("1000", 1000, "1000")]
    [InlineData("512M", 512L << 20, "512M")]
    [InlineData("2048M", 2L << 30, "2G")]
    [InlineData("8589934591G", 8589934591L << 30, "8589934591G")]
    public void A_number_with_or_without_a_unit_is_a_size(string text, long bytes, string written)
    {
        ByteSize size = Assert.NotNull(ByteSize.Parse(text));
        Assert.Equal(((ulong)bytes, written), (size.Bytes, size.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1G")]
    [InlineData("1.5G")]
    [InlineData("2g")]
    [InlineData("2GB")]
    [InlineData(" 2G")]
    [InlineData("8589934592G")]
    [InlineData("18446744073709551616")]
    public void All_else_is_none(string text) => Assert.Null(ByteSize.Parse(text));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4096)]
    [InlineData(4096, 4096)]
    public void Only_whole_pages_can_be_mapped(ulong bytes, ulong mapped) =>
        Assert.Equal(mapped, new ByteSize(bytes).RoundedUpTo(4096).Bytes);
}
