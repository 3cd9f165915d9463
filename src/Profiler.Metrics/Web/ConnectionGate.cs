using Microsoft.AspNetCore.Connections;

namespace Profiler.Metrics.Web;

/// <summary>
/// Bounds the number of connections. At the bound a new one displaces another, so that idle and slow clients do not keep others
/// out: one of the client that has the most; of these one whose request is not being answered; of these the one idle for longest.
/// </summary>
/// <param name="most">Maximum number of connections.</param>
/// <param name="displaced">Called with what was closed and why, one line.</param>
internal sealed class ConnectionGate(int most, Action<string> displaced)
{
    private readonly Lock _gate = new();
    private readonly List<Connection> _open = [];

    /// <summary>To be put before all that reads from a connection.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async context =>
    {
        Connection connection = Enter(context);
        context.Features.Set(connection);
        try
        {
            await next(context);
        }
        finally
        {
            lock (_gate)
                _open.Remove(connection);
        }
    };

    /// <summary>A request of this connection is allowed, and is being answered until the result is disposed.</summary>
    public IDisposable Answering(Connection connection) => new Answer(this, connection);

    private Connection Enter(ConnectionContext context)
    {
        var connection = new Connection(ClientName.Of(context.RemoteEndPoint), context);
        Connection? victim = null;
        int had = 0;
        lock (_gate)
        {
            if (_open.Count >= most)
            {
                Dictionary<string, int> counts = _open.CountBy(c => c.Client).ToDictionary();
                // The list is in the order of their last activity.
                victim = _open.OrderByDescending(c => counts[c.Client]).ThenBy(c => c.Answers > 0).First();
                had = counts[victim.Client];
                _open.Remove(victim);
            }
            _open.Add(connection);
        }
        if (victim is not null)
        {
            victim.Context.Abort(new ConnectionAbortedException("too many connections"));
            displaced($"{most} connections at a time, {had} of them of {victim.Client}: closed one of these for a new one");
        }
        return connection;
    }

    private void Change(Connection connection, int answers)
    {
        lock (_gate)
        {
            connection.Answers += answers;
            if (_open.Remove(connection)) // else it was displaced
                _open.Add(connection);
        }
    }

    /// <summary>A connection that is open.</summary>
    internal sealed class Connection(string client, ConnectionContext context)
    {
        public string Client { get; } = client;

        public ConnectionContext Context { get; } = context;

        /// <summary>Requests that are being answered: HTTP/2 may have several.</summary>
        public int Answers { get; set; }
    }

    private sealed class Answer : IDisposable
    {
        private readonly ConnectionGate _gate;
        private readonly Connection _connection;

        public Answer(ConnectionGate gate, Connection connection)
        {
            (_gate, _connection) = (gate, connection);
            gate.Change(connection, 1);
        }

        public void Dispose() => _gate.Change(_connection, -1);
    }
}
