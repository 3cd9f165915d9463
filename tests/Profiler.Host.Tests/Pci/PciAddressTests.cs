using Profiler.Host.Pci;

namespace Profiler.Host.Tests.Pci;

public class PciAddressTests
{
    [Theory]
    [InlineData("0000:01:00.0", "0000:01:00.0")]
    [InlineData("01:00.0", "0000:01:00.0")]
    [InlineData("0:1:0.7", "0000:01:00.7")]
    [InlineData("0000:AF:1f.7", "0000:af:1f.7")]
    [InlineData("10000:e1:00.0", "10000:e1:00.0")]
    public void Is_written_as_the_kernel_writes_it(string typed, string kernel)
    {
        Assert.True(PciAddress.TryParse(typed, out PciAddress address));
        Assert.Equal(kernel, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("01:00")]
    [InlineData("01:00.8")]
    [InlineData("01:20.0")]
    [InlineData("100:00.0")]
    [InlineData("0000:01:00.0 ")]
    [InlineData("0000:01:00.0\n")]
    [InlineData("0000:0g:00.0")]
    [InlineData("123456789:01:00.0")]
    [InlineData("eth0")]
    public void Anything_else_is_none(string typed) => Assert.False(PciAddress.TryParse(typed, out _));
}
