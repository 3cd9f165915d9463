using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Profiler.Core;

namespace Profiler.Metrics.Web;

/// <summary>Where to listen, as <c>--web.listen-address</c> says it.</summary>
/// <param name="Host">A name or an address; empty for all addresses of the machine.</param>
/// <param name="Port">0 for one that is free.</param>
public sealed record ListenAddress(string Host, int Port)
{
    /// <summary>Reads HOST:PORT, :PORT or [IPV6]:PORT; null if it is none of them.</summary>
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

    /// <summary>Has a server listen there.</summary>
    /// <param name="configure">What else is to be said of it: TLS, say.</param>
    /// <exception cref="UserException">There is no such host.</exception>
    public void AddTo(KestrelServerOptions server, Action<ListenOptions> configure)
    {
        if (Host.Length == 0)
            server.ListenAnyIP(Port, configure);
        else
            server.Listen(Resolve(), Port, configure);
    }

    // Of several addresses one, IPv4 before IPv6, as Prometheus' own programs choose.
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
