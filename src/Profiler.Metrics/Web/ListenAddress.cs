using System.Globalization;
using System.Net;
using System.Net.Sockets;
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

    /// <summary>A socket that is bound to this address, on which nobody listens yet.</summary>
    /// <exception cref="UserException">The host name does not resolve.</exception>
    /// <exception cref="SocketException">The address is not available; see <see cref="EndPoint"/>.</exception>
    internal Socket Bind()
    {
        if (Host.Length > 0)
            return Bind(new IPEndPoint(Resolve(), Port));
        try
        {
            return Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // This machine has no IPv6.
            return Bind(new IPEndPoint(IPAddress.Any, Port));
        }
    }

    /// <summary>What it binds to: "127.0.0.1:9877", "[::]:9877".</summary>
    /// <exception cref="UserException">The host name does not resolve.</exception>
    internal IPEndPoint EndPoint() => new(Host.Length == 0 ? IPAddress.IPv6Any : Resolve(), Port);

    private static Socket Bind(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // All addresses: of IPv4 as well.
            if (to.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(to);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
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
