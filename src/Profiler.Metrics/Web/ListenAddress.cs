using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Profiler.Core;

namespace Profiler.Metrics.Web;

/// <summary>A listen address, as in <c>--web.listen-address</c>.</summary>
/// <param name="Host">A name or an address; empty: all addresses of the host.</param>
/// <param name="Port">0: any free port.</param>
public sealed record ListenAddress(string Host, int Port)
{
    /// <summary>Parses HOST:PORT, :PORT or [IPV6]:PORT; null if invalid.</summary>
    public static ListenAddress? Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return null;
        string host = text[..colon];
        bool valid = host is ['[', .. var inner, ']']
            ? Uri.CheckHostName(inner) == UriHostNameType.IPv6
            : host.Length == 0 || Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        return valid ? new ListenAddress(host.Trim('[', ']'), port) : null;
    }

    /// <summary>Makes a server listen at this address.</summary>
    /// <param name="configure">Further options, such as TLS.</param>
    /// <exception cref="UserException">The host name does not resolve.</exception>
    public void AddTo(KestrelServerOptions server, Action<ListenOptions> configure)
    {
        if (Host.Length == 0)
            server.ListenAnyIP(Port, configure);
        else
            server.Listen(Resolve(), Port, configure);
    }

    // If a name has several addresses, use one, IPv4 before IPv6, as Prometheus' own programs do.
    private IPAddress Resolve()
    {
        try
        {
            return Dns.GetHostAddresses(Host).MinBy(address => address.AddressFamily != AddressFamily.InterNetwork)
                ?? throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException e)
        {
            throw UserException.Usage($"--web.listen-address {this}: {e.Message}; write a name or an address of this machine", e);
        }
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
