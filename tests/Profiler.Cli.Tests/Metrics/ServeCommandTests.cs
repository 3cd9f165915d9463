using System.Net;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Metrics;

public sealed class ServeCommandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_recording_is_served_and_stays_when_it_has_ended()
    {
        using var recording = new TemporaryFile(new Capture(File.ReadAllText(Golden.Beside("busy.events"))).Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--speed", "1000000");
        // The counts of what was lost are known when the recording has been read to its end.
        string text = await serving.GetWhen(text => text.Contains("vfioscope_events_lost_total{", StringComparison.Ordinal));
        Assert.Contains("vfioscope_events_total{kind=\"release\"} 6\n", text, StringComparison.Ordinal);
        Assert.Contains("vfio_release_duration_seconds_count 2\n", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await serving.Stop());
    }

    [Fact]
    public async Task Each_path_has_its_answer()
    {
        using var recording = new TemporaryFile(new Capture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path);
        using HttpResponseMessage metrics = await serving.Send(HttpMethod.Get, "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", metrics.Content.Headers.ContentType!.ToString());
        Assert.Contains("/metrics", await serving.Text("/"), StringComparison.Ordinal);
        Assert.Equal("vfioscope is healthy.\n", await serving.Text("/-/healthy"));
        Assert.Equal(HttpStatusCode.OK, (await serving.Send(HttpMethod.Head, "/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await serving.Send(HttpMethod.Get, "/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await serving.Send(HttpMethod.Post, "/metrics")).StatusCode);
    }

    [Fact]
    public async Task Several_addresses_are_all_served()
    {
        using var recording = new TemporaryFile(new Capture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--web.listen-address", "localhost:0");
        Assert.Matches("^vfioscope: serving http://127.0.0.1:[0-9]+/metrics, http://127.0.0.1:[0-9]+/metrics\n$", serving.Error);
    }

    [Fact]
    public async Task An_address_in_use_is_named_with_the_remedy()
    {
        using var recording = new TemporaryFile(new Capture("").Recording());
        await using var first = await Serving.Start("--from", recording.Path);
        string address = first.Url.Authority;
        var error = await Assert.ThrowsAsync<UserException>(() =>
            Verb.Run(ServeCommand.Create(), "--from", recording.Path, "--web.listen-address", address));
        Assert.Equal(ExitCode.NotPossible, error.Code);
        Assert.Equal(
            $"Failed to bind to address http://{address}: address already in use: " +
            "choose another with --web.listen-address HOST:PORT", error.Message);
    }

    [Fact]
    public void A_malformed_address_is_wrong_usage() => Assert.Equal(
        "--web.listen-address 9877: write HOST:PORT, :PORT or [IPV6]:PORT, such as 127.0.0.1:9877",
        ServeCommand.Create().Parse(["--web.listen-address", "9877"]).Errors[0].Message);

    /// <summary>The verb at work, on a free port.</summary>
    private sealed class Serving : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly HttpClient _client = new() { Timeout = Patience };
        private readonly SignallingWriter _error = new();
        private Task<int> _verb = Task.FromResult(0);

        public Uri Url { get; private set; } = new("http://localhost");

        public string Error => _error.ToString();

        public static async Task<Serving> Start(params string[] arguments)
        {
            var serving = new Serving();
            serving._verb = Verb.Invoke(
                ServeCommand.Create(), [.. arguments, "--web.listen-address", "127.0.0.1:0"], TextWriter.Null, serving._error,
                serving._stop.Token);
            await Task.WhenAny(serving._verb, serving._error.Line).WaitAsync(Patience);
            if (serving._verb.IsFaulted)
                await serving._verb;
            serving.Url = new Uri(serving.Error.Split(' ')[2].TrimEnd(',', '\n'));
            return serving;
        }

        public Task<HttpResponseMessage> Send(HttpMethod method, string path) =>
            _client.SendAsync(new HttpRequestMessage(method, new Uri(Url, path)));

        public Task<string> Text(string path) => _client.GetStringAsync(new Uri(Url, path));

        public async Task<string> GetWhen(Predicate<string> wanted)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (true)
            {
                patience.Token.ThrowIfCancellationRequested();
                string text = await Text("/metrics");
                if (wanted(text))
                    return text;
            }
        }

        public Task<int> Stop()
        {
            _stop.Cancel();
            return _verb.WaitAsync(Patience);
        }

        public async ValueTask DisposeAsync()
        {
            await Stop();
            _client.Dispose();
            _stop.Dispose();
            await _error.DisposeAsync();
        }
    }

    /// <summary>Tells when a line has been written.</summary>
    private sealed class SignallingWriter : StringWriter
    {
        private readonly TaskCompletionSource _line = new();

        public Task Line => _line.Task;

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            _line.TrySetResult();
        }
    }
}
