using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Http;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics;

/// <summary>What the exporter answers, path by path.</summary>
/// <param name="state">Asked for each scrape, on any thread.</param>
/// <param name="ready">Whether there is something to watch, and it is being watched.</param>
/// <param name="version">Of this program.</param>
public sealed class MetricsPages(Func<MetricsState> state, Func<bool> ready, string version) : IDisposable
{
    /// <summary>Scrapes being put together at one time; who comes when there are as many is told to come again.</summary>
    public const int ScrapesAtOnce = 4;

    private const string PlainText = "text/plain; charset=utf-8";

    private readonly SemaphoreSlim _scrapes = new(ScrapesAtOnce);

    public Task Answer(HttpContext http)
    {
        HttpResponse response = http.Response;
        switch (http.Request.Path.Value)
        {
            case "/metrics":
                return Metrics(http);
            case "/":
                response.ContentType = "text/html; charset=utf-8";
                return response.WriteAsync(LandingPage());
            case "/-/healthy":
                response.ContentType = PlainText;
                return response.WriteAsync("vfioscope is healthy.\n");
            case "/-/ready":
                bool isReady = ready();
                response.ContentType = PlainText;
                response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return response.WriteAsync(isReady ? "vfioscope is ready.\n" : "vfioscope is not ready.\n");
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    public void Dispose() => _scrapes.Dispose();

    private async Task Metrics(HttpContext http)
    {
        if (!await _scrapes.WaitAsync(TimeSpan.Zero))
        {
            http.Response.Headers.RetryAfter = "1";
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        ServedFormat format = Negotiation.Format(http.Request.Headers.Accept);
        bool gzip = Negotiation.Gzip(http.Request.Headers.AcceptEncoding);
        PooledBuffer answer;
        try
        {
            answer = Put(format, gzip);
        }
        finally
        {
            _scrapes.Release();
        }
        // Who reads it slowly holds up nobody: it is whole, and the server cuts off who is too slow.
        using (answer)
        {
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
        Exposition.Write(format.Create(plain), state(), version);
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
        <p>Where the time goes when a VM with assigned devices goes away. Version {WebUtility.HtmlEncode(version)}.</p>
        <p><a href="/metrics">Metrics</a>, <a href="/-/healthy">healthy</a>, <a href="/-/ready">ready</a></p>
        </body>
        </html>

        """;
}
