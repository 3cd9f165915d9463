using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Profiler.Cli.Live;

namespace Profiler.Cli.Metrics;

/// <summary>
/// Serves the metrics over HTTP. The host is an empty one: it reads no configuration file and no environment, logs
/// nothing, and what it is made of survives trimming.
/// </summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly Func<ProfileState> _state;
    private readonly string _version;

    private MetricsServer(IReadOnlyList<ListenAddress> addresses, Func<ProfileState> state, string version)
    {
        (_state, _version) = (state, version);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            foreach (ListenAddress address in addresses)
                address.AddTo(server);
        });
        _host = builder.Build();
        _host.Run(Answer);
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:9877</c>.</summary>
    public IEnumerable<string> Urls => _host.Urls;

    /// <summary>Starts to serve.</summary>
    /// <param name="addresses">All of them, or none.</param>
    /// <param name="state">Asked for each scrape, on any thread.</param>
    /// <param name="version">Of this program.</param>
    /// <exception cref="UserException">One of the addresses cannot be had; says what would help.</exception>
    public static async Task<MetricsServer> Start(
        IReadOnlyList<ListenAddress> addresses, Func<ProfileState> state, string version)
    {
        var server = new MetricsServer(addresses, state, version);
        try
        {
            await server._host.StartAsync();
            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            const string remedy = "choose another with --web.listen-address HOST:PORT";
            // An address in use is an IOException that names it; whatever else may be wrong does not.
            if (e is IOException)
                throw UserException.NotPossible($"{e.Message.TrimEnd('.')}: {remedy}", e);
            if (e is SocketException)
                throw UserException.NotPossible($"cannot listen on {string.Join(", ", addresses)}: {e.Message}; {remedy}", e);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    private Task Answer(HttpContext http)
    {
        HttpResponse response = http.Response;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }
        switch (http.Request.Path.Value)
        {
            case "/metrics":
                response.ContentType = ExpositionWriter.ContentType;
                return response.WriteAsync(Exposition.Text(_state(), _version));
            case "/":
                response.ContentType = "text/html; charset=utf-8";
                return response.WriteAsync(LandingPage());
            case "/-/healthy":
                response.ContentType = "text/plain; charset=utf-8";
                return response.WriteAsync("vfioscope is healthy.\n");
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private string LandingPage() =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><title>vfioscope</title></head>
        <body>
        <h1>vfioscope</h1>
        <p>Where the time goes when a VM with assigned devices goes away. Version {WebUtility.HtmlEncode(_version)}.</p>
        <p><a href="/metrics">Metrics</a></p>
        </body>
        </html>

        """;
}
