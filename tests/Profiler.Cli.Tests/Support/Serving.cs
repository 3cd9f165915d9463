using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Profiler.Metrics.Halves;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary><c>serve</c> of the shipped program at work, on a free port.</summary>
internal sealed partial class Serving : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ExporterProcess _process;

    private Serving(ExporterProcess process) => _process = process;

    public HttpClient Client { get; } = NewClient();

    public Uri Url { get; private set; } = new("http://localhost");

    public string Error => _process.Error;

    /// <summary>Both of its processes.</summary>
    public ExporterProcess Process => _process;

    public static async Task<Serving> Start(params string[] arguments)
    {
        var serving = new Serving(new ExporterProcess(new Dictionary<string, string>(), arguments));
        await serving._process.UrlOrEnd;
        serving.Url = AddressIn(serving.Error) ?? throw new InvalidOperationException($"it does not serve: {serving.Error}");
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

    /// <summary>Waits until it has written something on its standard error.</summary>
    public Task<string> Said(string what) => Eventually.Get(() => Task.FromResult(Error), error => error.Contains(what, StringComparison.Ordinal));

    public async Task<int> Stop() => (await _process.Terminate()).Code;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasEnded)
            await Stop();
        Client.Dispose();
        await _process.DisposeAsync();
    }

    // A serve that runs in the tests' own process has its other half in the shipped program.
    [ModuleInitializer]
    internal static void UseShippedProgram() => TalkingProcess.Program = System.IO.Path.Combine(Golden.Repository, "out", "vfioscope");

    // Whatever the line is written as.
    [GeneratedRegex("serving (http[^ ,\"]+)")]
    private static partial Regex Address();
}
