using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Profiler.Metrics.Web;

/// <summary>
/// An HTTP server with all settings of <c>--web.config.file</c>. The host is empty: it reads no configuration file and no
/// environment, logs nothing, and works with trimming.
/// </summary>
public sealed class WebServer : IAsyncDisposable
{
    private const int MaxConnections = 64;

    private readonly WebApplication _host;
    private readonly WebConfigFile _config;
    private readonly RateLimit _rate;
    private readonly BasicAuth _auth;
    private readonly ConnectionGate _connections;

    private WebServer(IReadOnlyList<int> sockets, WebConfigFile config, TimeProvider time, Action<string> warn, RequestDelegate answer)
    {
        (_config, _rate) = (config, new RateLimit(time));
        var refused = new LimitedLog(time, who => warn($"refused a request of {who}"));
        var displaced = new LimitedLog(time, warn);
        (_auth, _connections) = (new BasicAuth(refused.Warn), new ConnectionGate(MaxConnections, displaced.Warn));
        bool tls = config.Current.Tls is not null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            Limit(server);
            foreach (int socket in sockets)
                server.ListenHandle((ulong)socket, listen => Secure(listen, tls));
        });
        _host = builder.Build();
        _host.Run(async http =>
        {
            if (!await Admitted(http))
                return;
            using (_connections.Answering(http.Features.GetRequiredFeature<ConnectionGate.Connection>()))
                await answer(http);
        });
    }

    /// <summary>The URLs it listens on: <c>http://127.0.0.1:9877</c>.</summary>
    public IEnumerable<string> Urls => _host.Urls;

    /// <summary>Starts the server.</summary>
    /// <param name="sockets">Descriptors of bound sockets; the server listens on all of them, or does not start.</param>
    /// <param name="config">Changes apply while the server runs.</param>
    /// <param name="time">Clock of the rate limits.</param>
    /// <param name="warn">Called with who was refused, at a limited rate.</param>
    /// <param name="answer">Called for each allowed request, on any thread.</param>
    /// <exception cref="SocketException">It cannot listen on one of them.</exception>
    public static async Task<WebServer> Start(IReadOnlyList<int> sockets, WebConfigFile config, TimeProvider time, Action<string> warn, RequestDelegate answer)
    {
        var server = new WebServer(sockets, config, time, warn, answer);
        try
        {
            await server._host.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    // A scrape is one short request, so limits per client are low. A client beyond them is disconnected and does not slow down
    // others.
    private static void Limit(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        // ConnectionGate is the limit; those it closes may take a moment to go.
        server.Limits.MaxConcurrentConnections = 4 * MaxConnections;
        server.Limits.MaxConcurrentUpgradedConnections = 0;
        server.Limits.MaxRequestLineSize = 4096;
        server.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        server.Limits.MaxRequestHeaderCount = 64;
        server.Limits.MaxRequestBodySize = 0;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        server.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));
        server.Limits.Http2.MaxStreamsPerConnection = 4;
    }

    private void Secure(ListenOptions listen, bool tls)
    {
        listen.Use(_connections.Guard);
        listen.Protocols = tls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        if (!tls)
            return;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ =>
            {
                WebConfig config = _config.Current;
                return ValueTask.FromResult(config.Tls!.ToOptions(config.Http2));
            },
        });
    }

    private async Task<bool> Admitted(HttpContext http)
    {
        WebConfig config = _config.Current;
        HttpResponse response = http.Response;
        foreach ((string name, string value) in config.Headers)
            response.Headers[name] = value;
        switch (await _auth.Passes(config.Users, http.Request.Headers.Authorization, http.Features.GetRequiredFeature<ConnectionGate.Connection>().Client, http.RequestAborted))
        {
            case null:
                response.Headers.RetryAfter = "1";
                return Refuse(response, StatusCodes.Status503ServiceUnavailable);
            case false:
                response.Headers.WWWAuthenticate = "Basic";
                return Refuse(response, StatusCodes.Status401Unauthorized);
        }
        // After the password: else whoever guesses would use up the rate of those who know it.
        if (!_rate.Allows(config.RateLimit))
            return Refuse(response, StatusCodes.Status429TooManyRequests);
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            return true;
        response.Headers.Allow = "GET, HEAD";
        return Refuse(response, StatusCodes.Status405MethodNotAllowed);
    }

    private static bool Refuse(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return false;
    }
}
