using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9877", "127.0.0.1", 9877)]
    [InlineData(":9877", "", 9877)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("localhost:0", "localhost", 0)]
    [InlineData("node-1.example.org:65535", "node-1.example.org", 65535)]
    public void Host_and_port(string text, string host, int port)
    {
        Assert.Equal(new ListenAddress(host, port), ListenAddress.Parse(text));
        Assert.Equal(text, ListenAddress.Parse(text)!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("9877")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("http://localhost:80")]
    [InlineData("two words:80")]
    public void Anything_else_is_none(string text) => Assert.Null(ListenAddress.Parse(text));
}
