using System.Net;
using System.Net.Sockets;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

public sealed class ClientNameTests
{
    [Theory]
    [InlineData("10.0.0.1:5", "10.0.0.1")]
    [InlineData("[::ffff:10.0.0.1]:5", "10.0.0.1")]
    [InlineData("[2001:db8:1:2:3:4:5:6]:5", "2001:db8:1:2::/64")]
    public void A_host_is_one_client(string remote, string name) => Assert.Equal(name, ClientName.Of(IPEndPoint.Parse(remote)));

    [Fact]
    public void So_are_all_of_a_Unix_socket() => Assert.Equal("a Unix socket", ClientName.Of(new UnixDomainSocketEndPoint("/run/a")));
}
