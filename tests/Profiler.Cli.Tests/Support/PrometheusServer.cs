using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Profiler.Cli.Tests.Support;

/// <summary>A real Prometheus that scrapes one target each second and answers queries.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-prometheus-");
    private readonly HttpClient _client = new();
    private readonly Process _process;
    private readonly int _port = FreePort();

    /// <param name="target">What to scrape.</param>
    /// <param name="scrape">More lines of the scrape's configuration, each with what ends it.</param>
    /// <param name="features">Of --enable-feature.</param>
    public PrometheusServer(Uri target, string scrape, string features)
    {
        string config = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(config,
            "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: vfioscope\n" +
            $"  scheme: {target.Scheme}\n{scrape}  static_configs: [{{targets: ['{target.Authority}']}}]\n");
        _process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={config}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}",
            $"--web.listen-address=127.0.0.1:{_port}", $"--enable-feature={features}", "--log.level=error",
        ])
        { RedirectStandardError = true })
            ?? throw new InvalidOperationException("prometheus is missing: run ./setup.sh");
    }

    /// <summary>The value of a query that gives one, once it does.</summary>
    public async Task<double> Value(string query)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await Result($"query?query={Uri.EscapeDataString(query)}") is { ValueKind: JsonValueKind.Object } data &&
                data.GetProperty("result") is { } result && result.GetArrayLength() == 1)
                return double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
            await Task.Delay(200, patience.Token);
        }
    }

    /// <summary>The labels of the exemplars of a query; of any age.</summary>
    public async Task<string> Exemplars(string query) =>
        (await Result($"query_exemplars?query={Uri.EscapeDataString(query)}&start=0&end=4000000000"))?.ToString() ?? "";

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonElement?> Result(string query)
    {
        if (_process.HasExited)
            throw new InvalidOperationException("prometheus has ended: " + await _process.StandardError.ReadToEndAsync());
        try
        {
            string answer = await _client.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/api/v1/{query}"));
            return JsonDocument.Parse(answer).RootElement.GetProperty("data");
        }
        catch (HttpRequestException)
        {
            return null; // it is not up yet
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
