using System.Net.Http.Headers;
using Profiler.Cli.Metrics;
using Profiler.Cli.Metrics.Formats;

namespace Profiler.Cli.Otlp;

/// <summary>
/// Pushes the metrics to an OpenTelemetry collector, over HTTP with protobuf
/// (https://opentelemetry.io/docs/specs/otlp/#otlphttp). All counts are since the start: a push that fails loses
/// nothing, the next one tells it all.
/// </summary>
internal sealed class OtlpPush : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client = new() { Timeout = Patience };
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _url;
    private readonly Func<MetricsState> _state;
    private readonly string _version;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _start;
    private readonly Action<string> _complain;
    private readonly Task _pushing;
    private bool _failing;

    /// <param name="endpoint">Where the collector is; /v1/metrics is added to it.</param>
    /// <param name="interval">How often.</param>
    /// <param name="state">Asked for each push.</param>
    /// <param name="version">Of this program.</param>
    /// <param name="time">Tells when.</param>
    /// <param name="complain">Hears of the first of several failures, and when they are over, in one line.</param>
    public OtlpPush(
        Uri endpoint, TimeSpan interval, Func<MetricsState> state, string version, TimeProvider time, Action<string> complain)
    {
        _url = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/v1/metrics");
        (_state, _version, _time, _complain, _start) = (state, version, time, complain, time.GetUtcNow());
        _pushing = Task.Run(() => Push(interval));
    }

    /// <summary>Pushes once more: what came last is told too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pushing;
        await Once();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task Push(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await Once();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task Once()
    {
        try
        {
            MetricsState state = _state();
            using var buffer = new PooledBuffer();
            Label[] resource =
            [
                new("service.name", "vfioscope"), new("service.version", _version), new("host.name", state.Profile.Info.Hostname),
            ];
            Exposition.Write(new OtlpFormat(buffer, resource, _start, _time.GetUtcNow()), state, _version);
            using var content = new ReadOnlyMemoryContent(buffer.Written);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            using HttpResponseMessage answer = await _client.PostAsync(_url, content);
            answer.EnsureSuccessStatusCode();
            if (_failing)
                _complain($"{_url} takes metrics again");
            _failing = false;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            if (!_failing)
                _complain($"{_url} does not take metrics: {e.Message}; trying on");
            _failing = true;
        }
    }
}
