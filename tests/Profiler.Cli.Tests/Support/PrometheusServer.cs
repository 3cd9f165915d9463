using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary>
/// A real Prometheus with a database of its own, on a free port; or another server that answers what Prometheus does.
/// </summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Process _process;

    private PrometheusServer(string program, IEnumerable<string> arguments, DirectoryInfo directory)
    {
        _directory = directory;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!; // where it logs
    }

    public Uri Url => _client.BaseAddress!;

    /// <summary>When it is asked about; null for now.</summary>
    public DateTimeOffset? Moment { get; set; }

    /// <param name="configuration">Its prometheus.yml.</param>
    /// <param name="features">Of --enable-feature.</param>
    /// <param name="program">Another one than Debian's.</param>
    public static Task<PrometheusServer> Start(string configuration, string features = "", string program = "prometheus")
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("prometheus-");
        string file = Path.Combine(directory.FullName, "prometheus.yml");
        File.WriteAllText(file, configuration);
        return Start(
            program,
            [
                $"--config.file={file}", $"--storage.tsdb.path={directory.FullName}/data", "--web.listen-address=127.0.0.1:0",
                $"--enable-feature={features}",
            ],
            directory);
    }

    /// <summary>A Prometheus that scrapes nothing, and has the samples of an OpenMetrics file with times.</summary>
    public static async Task<PrometheusServer> WithSamples(string openMetrics)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("prometheus-");
        string samples = Path.Combine(directory.FullName, "samples.txt"), file = Path.Combine(directory.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(samples, openMetrics);
        await File.WriteAllTextAsync(file, "{}");
        // It reads the whole file for each block, by default for two hours each.
        using Process promtool = Process.Start(new ProcessStartInfo(
            "promtool",
            ["tsdb", "create-blocks-from", "--max-block-duration=162h", "openmetrics", "--quiet", samples, $"{directory.FullName}/data"])
        {
            RedirectStandardError = true,
        })!;
        string complaints = await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0, complaints);
        return await Start(
            "prometheus",
            [
                $"--config.file={file}", $"--storage.tsdb.path={directory.FullName}/data", "--web.listen-address=127.0.0.1:0",
                "--storage.tsdb.retention.time=100y",
            ],
            directory);
    }

    /// <summary>A Prometheus that scrapes one target each second.</summary>
    public static Task<PrometheusServer> Scraping(Uri target, string features) => Start(
        $$"""
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: vfioscope
            static_configs: [{targets: ['{{target.Authority}}']}]
        """,
        features);

    /// <summary>A VictoriaMetrics: it takes OpenTelemetry's metrics, at /opentelemetry.</summary>
    public static async Task<PrometheusServer> VictoriaMetrics()
    {
        string program = await Fetched("victoria-metrics");
        DirectoryInfo directory = Directory.CreateTempSubdirectory("victoria-metrics-");
        return await Start(
            program,
            [
                $"-storageDataPath={directory.FullName}/data", "-httpListenAddr=127.0.0.1:0",
                // What has just come is to be seen, and metrics are to be named as Prometheus names them.
                "-search.latencyOffset=0s", "-search.disableCache", "-opentelemetry.usePrometheusNaming",
            ],
            directory);
    }

    /// <summary>The program of a Prometheus 3.</summary>
    public static Task<string> Prometheus3() => Fetched("prometheus-3");

    // tests/NAME fetches a server and says where it is.
    private static async Task<string> Fetched(string name)
    {
        using Process fetch = Process.Start(
            new ProcessStartInfo(Golden.Beside($"../../{name}")) { RedirectStandardOutput = true })!;
        string program = (await fetch.StandardOutput.ReadToEndAsync()).Trim();
        await fetch.WaitForExitAsync();
        Assert.Equal(0, fetch.ExitCode);
        return program;
    }

    private static async Task<PrometheusServer> Start(string program, IEnumerable<string> arguments, DirectoryInfo directory)
    {
        var server = new PrometheusServer(program, arguments, directory);
        try
        {
            server._client.BaseAddress = new Uri($"http://{await server.Address()}");
            await Eventually.Get(() => server._client.GetAsync(new Uri("/-/ready", UriKind.Relative)), r => r.IsSuccessStatusCode);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of an expression that has one, once it does.</summary>
    public async Task<double> Value(string expression) =>
        (await Eventually.Get(() => Query(expression), samples => samples is [{ Value: not null }]))[0].Value!.Value;

    /// <summary>The labels of the exemplars of an expression; of any age.</summary>
    public async Task<string> Exemplars(string expression) =>
        (await Ask("query_exemplars", ("query", expression), ("start", "0"), ("end", "4000000000"))).ToString();

    /// <summary>The values of an expression at <see cref="Moment"/>, or at another one.</summary>
    public async Task<Sample[]> Query(string expression, DateTimeOffset? at = null) =>
    [
        .. (await Ask("query", ("query", expression), ("time", $"{(at ?? Moment ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds() / 1000.0:0.000}")))
            .GetProperty("result").EnumerateArray().Select(s => new Sample(s, "value")),
    ];

    /// <summary>The last values of an expression in the last minute, NaN not counted.</summary>
    public Task<Sample[]> QueryRange(string expression) =>
        QueryRange(expression, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));

    /// <summary>The last values of an expression in a time, NaN not counted.</summary>
    /// <param name="expression">What is asked.</param>
    /// <param name="end">The time's end.</param>
    /// <param name="range">How long it is.</param>
    /// <param name="step">From one point to the next.</param>
    public async Task<Sample[]> QueryRange(string expression, DateTimeOffset end, TimeSpan range, TimeSpan step)
    {
        JsonElement data = await Ask(
            "query_range", ("query", expression), ("step", FormattableString.Invariant($"{step.TotalSeconds}")),
            ("start", $"{(end - range).ToUnixTimeSeconds()}"), ("end", $"{end.ToUnixTimeSeconds()}"));
        return [.. data.GetProperty("result").EnumerateArray().Select(s => new Sample(s, "values"))];
    }

    /// <summary>The values of a label over all series that a selector takes.</summary>
    public async Task<string[]> LabelValues(string selector, string label) =>
        [.. (await Ask($"label/{label}/values", get: true, ("match[]", selector))).EnumerateArray().Select(v => v.GetString()!)];

    /// <summary>All rules with how they are.</summary>
    public async Task<Rule[]> Rules() =>
    [
        .. (await Ask("rules", get: true)).GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Select(rule => new Rule(
                rule.GetProperty("name").GetString()!, rule.GetProperty("type").GetString() == "alerting",
                rule.GetProperty("query").GetString()!, rule.GetProperty("health").GetString()!,
                rule.GetProperty("lastEvaluation").GetDateTimeOffset())),
    ];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _directory.Delete(recursive: true);
    }

    // Its log says where it listens.
    private async Task<string> Address()
    {
        var log = new List<string>();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            log.Add(line);
            if (ListeningOn().Match(line) is { Success: true } match)
            {
                // Whoever does not read a pipe stops its writer.
                _ = _process.StandardError.ReadToEndAsync();
                return match.Groups[1].Value;
            }
        }
        throw new InvalidOperationException($"the server did not start:\n{string.Join('\n', log)}");
    }

    private Task<JsonElement> Ask(string what, params (string, string)[] parameters) => Ask(what, get: false, parameters);

    private async Task<JsonElement> Ask(string what, bool get, params (string Name, string Value)[] parameters)
    {
        using var form = new FormUrlEncodedContent(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)));
        using HttpResponseMessage response = get
            ? await _client.GetAsync(new Uri($"/api/v1/{what}?{await form.ReadAsStringAsync()}", UriKind.Relative))
            : await _client.PostAsync(new Uri($"/api/v1/{what}", UriKind.Relative), form);
        JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.True(
            answer.GetProperty("status").GetString() == "success",
            $"{string.Join(' ', parameters)}: {(answer.TryGetProperty("error", out JsonElement error) ? error.GetString() : answer)}");
        return answer.GetProperty("data");
    }

    [GeneratedRegex("(?:msg=\"Listening on\" (?:component=web )?address=|started server at http://)([0-9.:]+)")]
    private static partial Regex ListeningOn();

    /// <summary>A series' labels, and its last value that is a number; null if none is. Of a native histogram, its count.</summary>
    public sealed record Sample(IReadOnlyDictionary<string, string> Labels, double? Value, bool Native = false)
    {
        public Sample(JsonElement series, string values)
            : this(
                series.GetProperty("metric").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!),
                Points(series, values).Concat(Points(series, values.Replace("value", "histogram", StringComparison.Ordinal)))
                    .Select(Number).LastOrDefault(number => number is not null),
                series.TryGetProperty(values.Replace("value", "histogram", StringComparison.Ordinal), out _))
        {
        }

        private static JsonElement[] Points(JsonElement series, string values) =>
            !series.TryGetProperty(values, out JsonElement points) ? [] : values.EndsWith('s') ? [.. points.EnumerateArray()] : [points];

        private static double? Number(JsonElement point) => Number(
            (point[1].ValueKind == JsonValueKind.Object ? point[1].GetProperty("count") : point[1]).GetString()!);

        private static double? Number(string text) => text switch
        {
            "NaN" => null,
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A rule as Prometheus has it.</summary>
    public sealed record Rule(string Name, bool Alerting, string Query, string Health, DateTimeOffset LastEvaluation);
}
