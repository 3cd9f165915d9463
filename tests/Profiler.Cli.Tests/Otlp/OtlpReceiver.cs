using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Profiler.Cli.Tests.Otlp;

/// <summary>A collector's OTLP/HTTP endpoint on a free port.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly List<OtlpMetrics> _pushed = [];

    public OtlpReceiver()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _host = builder.Build();
        _host.Run(Take);
        _host.Start();
    }

    public string Url => _host.Urls.Single();

    /// <summary>The first push that is as wanted.</summary>
    public async Task<OtlpMetrics> When(Predicate<OtlpMetrics> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            lock (_pushed)
            {
                if (_pushed.Find(wanted) is { } found)
                    return found;
            }
            await Task.Delay(50, patience.Token);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        bool right = http.Request is { Path.Value: "/v1/metrics", Method: "POST", ContentType: "application/x-protobuf" };
        http.Response.StatusCode = right ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        if (!right)
            return;
        lock (_pushed)
            _pushed.Add(OtlpMetrics.Parse(body.ToArray()));
    }
}
