using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>A collector's endpoint, over HTTP or gRPC (https://opentelemetry.io/docs/specs/otlp/).</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly bool _grpc;
    private readonly List<(OtlpMetrics Metrics, IHeaderDictionary Headers)> _pushed = [];

    /// <param name="grpc">Else HTTP.</param>
    /// <param name="port">0 is any that is free.</param>
    public OtlpReceiver(bool grpc = false, int port = 0)
    {
        _grpc = grpc;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(
            IPAddress.Loopback, port, listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _host = builder.Build();
        _host.Run(Take);
        _host.Start();
    }

    public string Url => _host.Urls.Single();

    /// <summary>All pushes until now, in order.</summary>
    public (OtlpMetrics Metrics, IHeaderDictionary Headers)[] Pushed
    {
        get
        {
            lock (_pushed)
                return [.. _pushed];
        }
    }

    /// <summary>The first push that is as wanted.</summary>
    public async Task<OtlpMetrics> When(Func<OtlpMetrics, bool> wanted) =>
        (await Eventually.Get(() => Task.FromResult(Pushed.Select(p => p.Metrics).FirstOrDefault(wanted)), m => m is not null))!;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        bool right = _grpc
            ? http.Request is
            {
                Path.Value: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Method: "POST", ContentType: "application/grpc",
            }
            : http.Request is { Path.Value: "/v1/metrics", Method: "POST", ContentType: "application/x-protobuf" };
        if (!right)
        {
            Refuse(http.Response);
            return;
        }
        // A message of gRPC comes after a byte that says whether it is compressed, and its length.
        OtlpMetrics metrics = OtlpMetrics.Parse(_grpc ? body.ToArray()[5..] : body.ToArray());
        lock (_pushed)
            _pushed.Add((metrics, new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase)))); // the server reuses its own
        if (_grpc)
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private void Refuse(HttpResponse response)
    {
        if (!_grpc)
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = "12";
        response.Headers["grpc-message"] = "no such method";
    }
}
