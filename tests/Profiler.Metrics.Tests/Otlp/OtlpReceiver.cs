using System.IO.Compression;
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
    private readonly List<(string Signal, OtlpTelemetry Pushed, IHeaderDictionary Headers)> _telemetry = [];

    private readonly List<int> _sizes = [];

    private static readonly Dictionary<string, string> GrpcSignals = new()
    {
        ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"] = "metrics",
        ["/opentelemetry.proto.collector.trace.v1.TraceService/Export"] = "traces",
        ["/opentelemetry.proto.collector.logs.v1.LogsService/Export"] = "logs",
    };

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

    /// <summary>Whether it cannot take a signal now, by its name.</summary>
    public Func<string, bool>? Busy { get; set; }

    /// <summary>What it answers to what it takes; nothing by default: it took all.</summary>
    public Func<string, byte[]>? Answer { get; set; }

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

    /// <summary>All spans until now.</summary>
    public IReadOnlyList<OtlpSpan> Spans => [.. Telemetry("traces").SelectMany(t => t.Spans)];

    /// <summary>All log records until now.</summary>
    public IReadOnlyList<OtlpLog> Logs => [.. Telemetry("logs").SelectMany(t => t.Logs)];

    /// <summary>Bytes of each push of spans or log records.</summary>
    public IReadOnlyList<int> Sizes
    {
        get
        {
            lock (_pushed)
                return [.. _sizes];
        }
    }

    /// <summary>The headers of pushes of a signal.</summary>
    public IReadOnlyList<IHeaderDictionary> HeadersOf(string signal)
    {
        lock (_pushed)
            return [.. _telemetry.Where(t => t.Signal == signal).Select(t => t.Headers)];
    }

    /// <summary>The pushes of spans or of log records until now, in order.</summary>
    public IReadOnlyList<OtlpTelemetry> Telemetry(string signal)
    {
        lock (_pushed)
            return [.. _telemetry.Where(t => t.Signal == signal).Select(t => t.Pushed)];
    }

    /// <summary>Waits until it has enough.</summary>
    public Task Until(Func<OtlpReceiver, bool> enough) => Eventually.Get(() => Task.FromResult(enough(this)), yes => yes);

    /// <summary>The first push that is as wanted.</summary>
    public async Task<OtlpMetrics> When(Func<OtlpMetrics, bool> wanted) =>
        (await Eventually.Get(() => Task.FromResult(Pushed.Select(p => p.Metrics).FirstOrDefault(wanted)), m => m is not null))!;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        string? signal = _grpc
            ? http.Request is { Method: "POST", ContentType: "application/grpc" } ? GrpcSignals.GetValueOrDefault(http.Request.Path.Value ?? "") : null
            : http.Request is { Method: "POST", ContentType: "application/x-protobuf" } && http.Request.Path.Value is "/v1/metrics" or "/v1/traces" or "/v1/logs"
                ? http.Request.Path.Value[4..]
                : null;
        if (signal is null)
        {
            Refuse(http.Response, StatusCodes.Status400BadRequest, "12", "no such method");
            return;
        }
        if (Busy?.Invoke(signal) == true)
        {
            Refuse(http.Response, StatusCodes.Status503ServiceUnavailable, "14", "busy");
            return;
        }
        // A message of gRPC comes after a byte that says whether it is compressed, and its length.
        byte[] message = _grpc ? Unzipped(body.ToArray()[5..], body.ToArray()[0] == 1) : Unzipped(body.ToArray(), http.Request.Headers.ContentEncoding == "gzip");
        // The server reuses its own.
        var headers = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase));
        lock (_pushed)
        {
            if (signal != "metrics")
                _sizes.Add(message.Length);
            if (signal == "metrics")
                _pushed.Add((OtlpMetrics.Parse(message), headers));
            else
                _telemetry.Add((signal, OtlpTelemetry.Parse(message), headers));
        }
        byte[] answer = Answer?.Invoke(signal) ?? [];
        if (!_grpc)
        {
            await http.Response.Body.WriteAsync(answer);
            return;
        }
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync((byte[])[0, 0, 0, 0, (byte)answer.Length, .. answer]);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private static byte[] Unzipped(byte[] message, bool zipped)
    {
        if (!zipped)
            return message;
        using var gzip = new GZipStream(new MemoryStream(message), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private void Refuse(HttpResponse response, int http, string grpc, string message)
    {
        if (!_grpc)
        {
            response.StatusCode = http;
            return;
        }
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = grpc;
        response.Headers["grpc-message"] = message;
    }
}
