using System.Net;
using System.Net.Sockets;

namespace Profiler.Metrics.Web;

/// <summary>What counts as one client where clients share something.</summary>
internal static class ClientName
{
    /// <summary>The address; of IPv6 the first 64 bits, as a host has all of the rest. All of a Unix socket are one.</summary>
    public static string Of(EndPoint? remote) => (remote as IPEndPoint)?.Address switch
    {
        null => "a Unix socket",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } v6 => $"{new IPAddress([.. v6.GetAddressBytes()[..8], .. new byte[8]])}/64",
        var v4 => v4.ToString(),
    };
}
