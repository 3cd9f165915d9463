using System.Net.Sockets;
using Profiler.Core;

namespace Profiler.Metrics.Web;

/// <summary>
/// The sockets to serve on: those of our addresses, bound here, or those that systemd handed over. Binding may need rights that the
/// process that listens on them does not have.
/// </summary>
public sealed class ListenSockets : IDisposable
{
    internal const string Remedy = "choose another with --web.listen-address HOST:PORT";

    private readonly List<Socket> _own = [];
    private readonly Func<bool, UserException>? _failure;

    /// <summary>Those that systemd handed over.</summary>
    /// <param name="descriptors">See <see cref="SystemdSockets"/>.</param>
    public ListenSockets(IReadOnlyList<ulong> descriptors) => (Descriptors, AreOfSystemd) = ([.. descriptors.Select(fd => (int)fd)], true);

    /// <summary>Binds one for each address. An error is kept until <see cref="Demand"/>.</summary>
    public ListenSockets(IReadOnlyList<ListenAddress> addresses)
    {
        foreach (ListenAddress address in addresses)
        {
            try
            {
                _own.Add(address.Bind());
            }
            catch (UserException e)
            {
                _failure = _ => e;
                break;
            }
            catch (SocketException e)
            {
                _failure = tls => e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? UserException.NotPossible($"Failed to bind to address {(tls ? "https" : "http")}://{address.EndPoint()}: address already in use: {Remedy}", e)
                    : UserException.NotPossible($"cannot listen on {string.Join(", ", addresses)}: {e.Message}; {Remedy}", e);
                break;
            }
        }
        Descriptors = [.. _own.Select(socket => (int)socket.Handle)];
    }

    /// <summary>Their descriptors.</summary>
    public IReadOnlyList<int> Descriptors { get; }

    /// <summary>Whether systemd opened them.</summary>
    public bool AreOfSystemd { get; }

    /// <summary>Throws what went wrong.</summary>
    /// <param name="tls">How the address is called in the message.</param>
    /// <exception cref="UserException">An address is not available; the message suggests a remedy.</exception>
    public void Demand(bool tls)
    {
        if (_failure is not null)
            throw _failure(tls);
    }

    public void Dispose() => _own.ForEach(socket => socket.Dispose());

    /// <summary>What to say of a socket on which one cannot listen although it is bound.</summary>
    internal static UserException CannotListen(SocketException e, bool areOfSystemd) => areOfSystemd
        ? UserException.NotPossible($"--web.systemd-socket: cannot listen on a socket that was handed over: {e.Message}; a .socket unit needs ListenStream=", e)
        : UserException.NotPossible($"cannot listen: {e.Message}; {Remedy}", e);
}
