using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Http;
using Profiler.Core.Protobuf;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Logging;

namespace Profiler.Metrics;

/// <summary>Where the pages get the metrics of one moment from.</summary>
internal interface IMetricsSource
{
    /// <summary>Writes all metrics of one moment. Thread safe.</summary>
    /// <param name="format">Format of the output.</param>
    /// <param name="to">Output buffer.</param>
    void Write(ServedFormat format, PooledBuffer to);
}

/// <summary>The HTTP pages of the exporter, by path.</summary>
public sealed class MetricsPages : IDisposable
{
    /// <summary>Default path of the metrics.</summary>
    public const string DefaultPath = "/metrics";

    /// <summary>Default limit of concurrent scrapes.</summary>
    public const int DefaultMaxRequests = 4;

    private const string Landing = "/", Healthy = "/-/healthy", Ready = "/-/ready";
    private const string PlainText = "text/plain; charset=utf-8";

    private readonly IMetricsSource _source;
    private readonly string _version;
    private readonly Func<bool> _ready;
    private readonly Log _log;
    private readonly string _path;
    private readonly SemaphoreSlim? _scrapes;

    /// <param name="source">Read for each scrape, on any thread.</param>
    /// <param name="version">Version of this program, for the landing page.</param>
    /// <param name="ready">True once the capture or replay has started.</param>
    /// <param name="log">Logs each scrape, at debug level.</param>
    /// <param name="path">Path of the metrics, see <see cref="IsPath"/>.</param>
    /// <param name="maxRequests">
    /// Maximum number of concurrent scrapes; further requests are rejected and must be repeated. 0: no limit.
    /// </param>
    internal MetricsPages(IMetricsSource source, string version, Func<bool> ready, Log log, string path, int maxRequests)
    {
        (_source, _version, _ready, _log, _path) = (source, version, ready, log, path);
        _scrapes = maxRequests == 0 ? null : new SemaphoreSlim(maxRequests);
    }

    /// <summary>Whether metrics can be at this path: absolute, no query, plain characters, not used by another page.</summary>
    public static bool IsPath(string path) =>
        path.StartsWith('/') && path is not (Landing or Healthy or Ready) && !path.Contains("//", StringComparison.Ordinal) &&
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/-._~".Contains(c, StringComparison.Ordinal)) &&
        !path.Split('/').Any(segment => segment is "." or "..");

    public Task Answer(HttpContext http)
    {
        HttpResponse response = http.Response;
        string? path = http.Request.Path.Value;
        if (path == _path)
            return Metrics(http);
        switch (path)
        {
            case Landing:
                response.ContentType = "text/html; charset=utf-8";
                return response.WriteAsync(LandingPage());
            case Healthy:
                response.ContentType = PlainText;
                return response.WriteAsync("vfioscope is healthy.\n");
            case Ready:
                bool isReady = _ready();
                response.ContentType = PlainText;
                response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return response.WriteAsync(isReady ? "vfioscope is ready.\n" : "vfioscope is not ready.\n");
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    public void Dispose() => _scrapes?.Dispose();

    private async Task Metrics(HttpContext http)
    {
        if (_scrapes is not null && !await _scrapes.WaitAsync(TimeSpan.Zero))
        {
            _log.Debug($"scrape by {http.Connection.RemoteIpAddress} refused: as many as --web.max-requests are under way");
            http.Response.Headers.RetryAfter = "1";
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        ServedFormat format = Negotiation.Format(http.Request.Headers.Accept);
        bool gzip = Negotiation.Gzip(http.Request.Headers.AcceptEncoding);
        long start = Stopwatch.GetTimestamp();
        PooledBuffer answer;
        try
        {
            answer = Put(format, gzip);
        }
        catch (IOException)
        {
            // The kernel half cannot tell: it ends.
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        finally
        {
            _scrapes?.Release();
        }
        // A slow client does not block others: the response is complete, and the server disconnects slow clients.
        using (answer)
        {
            if (_log.Writes(LogLevel.Debug))
            {
                _log.Debug(string.Create(
                    CultureInfo.InvariantCulture,
                    $"scrape by {http.Connection.RemoteIpAddress}: {format.Writer}{(gzip ? " gzip" : "")}, {answer.Length} bytes, {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms"));
            }
            http.Response.ContentType = format.ContentType;
            http.Response.Headers.Vary = "Accept, Accept-Encoding";
            http.Response.ContentLength = answer.Length;
            if (gzip)
                http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.Body.WriteAsync(answer.Written, http.RequestAborted);
        }
    }

    private PooledBuffer Put(ServedFormat format, bool gzip)
    {
        var plain = new PooledBuffer();
        try
        {
            _source.Write(format, plain);
        }
        catch
        {
            plain.Dispose();
            throw;
        }
        if (!gzip)
            return plain;
        using (plain)
        {
            var compressed = new PooledBuffer();
            using var stream = new GZipStream(new BufferStream(compressed), CompressionLevel.Fastest);
            stream.Write(plain.Written.Span);
            return compressed;
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
        <p><a href="{_path}">Metrics</a>, <a href="{Healthy}">healthy</a>, <a href="{Ready}">ready</a></p>
        </body>
        </html>

        """;
}
