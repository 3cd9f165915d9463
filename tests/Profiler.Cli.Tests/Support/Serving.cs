using System.Net.Security;
using System.Text.RegularExpressions;
using Profiler.Cli.Commands;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary>The verb <c>serve</c> at work, on a free port.</summary>
internal sealed partial class Serving : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly SignallingWriter _error = new();
    private Task<int> _verb = Task.FromResult(0);

    public HttpClient Client { get; private set; } = NewClient();

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
        serving.Url = AddressIn(serving.Error)!;
        return serving;
    }

    /// <summary>The address that serve says it serves at; null if it has not said so.</summary>
    public static Uri? AddressIn(string error) => Address().Match(error) is { Success: true } served ? new Uri(served.Groups[1].Value) : null;

    /// <param name="configure">What is special about it: a client's certificate, say.</param>
    public static HttpClient NewClient(Action<SslClientAuthenticationOptions>? configure = null)
    {
        var handler = new SocketsHttpHandler();
        configure?.Invoke(handler.SslOptions);
        return new HttpClient(handler) { Timeout = Patience };
    }

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(Url, path));
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    public Task<string> Text(string path) => Client.GetStringAsync(new Uri(Url, path));

    /// <summary>Asks until the answer is as wanted.</summary>
    public Task<string> GetWhen(Predicate<string> wanted) => Eventually.Get(() => Text("/metrics"), wanted);

    public Task<int> Stop()
    {
        _stop.Cancel();
        return _verb.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Client.Dispose();
        _stop.Dispose();
        await _error.DisposeAsync();
    }

    // Whatever the line is written as.
    [GeneratedRegex("serving (http[^ ,\"]+)")]
    private static partial Regex Address();

    /// <summary>Tells when it is served.</summary>
    private sealed class SignallingWriter : StringWriter
    {
        private readonly TaskCompletionSource _line = new();

        public Task Line => _line.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            // A push that fails may be told before.
            if (value?.Contains("serving http", StringComparison.Ordinal) == true)
                _line.TrySetResult();
        }
    }
}
