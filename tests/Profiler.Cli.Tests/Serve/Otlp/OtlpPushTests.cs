using System.Net;
using System.Net.Sockets;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Metrics.Tests.Otlp;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve.Otlp;

/// <summary>A recording is served and pushed to a receiver, which has OpenTelemetry's messages by their definition.</summary>
public sealed class OtlpPushTests
{
    private const string Release = "vfio_release_duration_seconds";

    private static readonly StagedCapture Busy = new(StagedEvents.Busy);

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Histograms_come_as_exponential_ones(string protocol)
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var receiver = new OtlpReceiver(protocol == "grpc");
        await using Serving serving = await Serving.Start(
            "--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", receiver.Url, "--otlp.interval", "100ms",
            "--otlp.protocol", protocol);
        OtlpMetrics pushed = await receiver.When(m => m.First(Release) is { Count: 2 } && m.Points.ContainsKey("vfio_shutdown_duration_seconds"));
        Assert.Equal("vfioscope", pushed.Resource["service.name"]);
        Assert.Equal("host-1", pushed.Resource["host.name"]);
        Assert.Equal("host-1", pushed.Resource["service.instance.id"]);
        OtlpPoint release = pushed.First(Release)!;
        Assert.Equal((2.123456789, 3), (release.Sum, release.Scale));
        Assert.Equal((1.0, 1.123456789), (release.Min, release.Max));
        // 1 s is an upper bound and belongs to its bucket: (2^(-1/8), 2^(0/8)] and (2^(1/8), 2^(2/8)].
        Assert.Equal([(-1, 1UL), (1, 1UL)], release.Buckets);
        Assert.Empty(release.Labels);
        Assert.Equal(["bus", "flr"], pushed.Points["vfio_reset_duration_seconds"].Select(p => p.Labels["method"]).Order());
    }

    [Fact]
    public async Task Exemplars_name_devices_and_shutdowns()
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var receiver = new OtlpReceiver();
        await using (Serving serving = await Serving.Start("--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", receiver.Url))
            await serving.GetWhen(text => text.Contains("vfio_shutdown_duration_seconds_count 1\n", StringComparison.Ordinal));
        OtlpMetrics pushed = receiver.Pushed[^1].Metrics;
        Assert.Equal(
            ["0000:01:00.0", "0000:02:00.0"], pushed.First(Release)!.Exemplars.Select(e => e.Labels["device"]).Order());
        Assert.Contains(pushed.First("vfio_shutdown_duration_seconds")!.Exemplars, e => e.Labels["shutdown"] == "4711-1000000000");
        Assert.All(pushed.Points["vfio_shutdown_phase_seconds"], p => Assert.Equal(["phase"], p.Labels.Keys));
    }

    [Fact]
    public async Task All_that_a_scrape_tells_is_pushed()
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var receiver = new OtlpReceiver();
        string scraped;
        await using (Serving serving = await Serving.Start("--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", receiver.Url))
            scraped = await serving.GetWhen(text => text.Contains("vfioscope_events_lost_total{", StringComparison.Ordinal));
        // Single samples by name; a histogram's series is there from its first value on.
        Dictionary<string, int> samples = scraped.Split('\n')
            .Where(line => line is not ("" or ['#', ..]) && !line.Contains("_bucket{", StringComparison.Ordinal))
            .GroupBy(line => line.Split('{', ' ')[0])
            .Where(name => !name.Key.EndsWith("_count", StringComparison.Ordinal) && !name.Key.EndsWith("_sum", StringComparison.Ordinal))
            .ToDictionary(name => name.Key, name => name.Count());
        OtlpMetrics pushed = receiver.Pushed[^1].Metrics;
        Assert.NotEmpty(samples);
        Assert.All(samples, s => Assert.Equal(s.Value, pushed.Points.GetValueOrDefault(s.Key)?.Count));
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_named_once_and_once_more_when_it_is_back()
    {
        int port = FreePort.Get();
        using var recording = new TemporaryFile(Busy.Recording());
        await using Serving serving = await Serving.Start(
            "--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", $"http://127.0.0.1:{port}", "--otlp.interval", "50ms");
        await serving.Said($"vfioscope: http://127.0.0.1:{port}/v1/metrics does not take metrics: Connection refused (127.0.0.1:{port}); trying on\n");
        await serving.GetWhen(text => text.Contains("vfio_release_duration_seconds_count 2\n", StringComparison.Ordinal));
        await Task.Delay(300);
        Assert.Equal(2, serving.Error.Split("does not take metrics").Length);
        await using var receiver = new OtlpReceiver(port: port);
        await serving.Said($"vfioscope: http://127.0.0.1:{port}/v1/metrics takes metrics again\n");
        Assert.Equal(2, receiver.Pushed[0].Metrics.First(Release)!.Count); // nothing is lost meanwhile
    }

    [Theory]
    [InlineData("http/protobuf", "it answers 400 Bad Request")]
    [InlineData("grpc", "gRPC status 12 no such method")]
    public async Task A_receiver_that_refuses_is_told_with_its_reason(string protocol, string reason)
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var receiver = new OtlpReceiver(protocol == "grpc");
        await using Serving serving = await Serving.Start(
            "--from", recording.Path, "--otlp.endpoint", receiver.Url + "/elsewhere", "--otlp.interval", "50ms", "--otlp.protocol", protocol);
        await serving.Said($" does not take metrics: {reason}; trying on\n");
    }

    [Fact]
    public async Task What_came_last_is_pushed_when_it_is_terminated_and_the_environment_is_obeyed()
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var receiver = new OtlpReceiver(grpc: true);
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer abc,x-tenant=gpu",
                ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=lab,service.instance.id=seven",
            },
            "--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", receiver.Url, "--otlp.interval", "2s");
        await receiver.When(m => m.First(Release) is { Count: 2 });
        int before = receiver.Pushed.Length;
        Assert.Equal(ExitCode.Done, (await exporter.Terminate()).Code);
        Assert.True(receiver.Pushed.Length > before);
        (OtlpMetrics pushed, var headers) = receiver.Pushed[^1];
        Assert.Equal(2, pushed.First(Release)!.Count);
        Assert.Equal(("Bearer abc", "gpu"), (headers.Authorization.ToString(), headers["x-tenant"].ToString()));
        Assert.Equal(("lab", "seven"), (pushed.Resource["deployment.environment"], pushed.Resource["service.instance.id"]));
    }

    [Fact]
    public async Task The_environment_alone_is_enough()
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var receiver = new OtlpReceiver();
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=everybody",
                ["OTEL_EXPORTER_OTLP_METRICS_HEADERS"] = "x-tenant=gpu",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
                ["OTEL_SERVICE_NAME"] = "releases",
            },
            "--from", recording.Path, "--speed", "1000000");
        OtlpMetrics pushed = await receiver.When(m => m.First(Release) is { Count: 2 });
        await Eventually.Get(() => Task.FromResult(receiver.Pushed.Length), pushes => pushes > 1); // by the interval, not only at the end
        Assert.Equal("releases", pushed.Resource["service.name"]);
        Assert.Equal(ExitCode.Done, (await exporter.Terminate()).Code);
        Assert.Equal("gpu", receiver.Pushed[^1].Headers["x-tenant"].ToString());
    }

    [Fact]
    public async Task Options_win_over_the_environment_and_what_is_empty_is_not_there()
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using OtlpReceiver meant = new(), other = new();
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = other.Url,
                ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = other.Url + "/v1/metrics",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "",
                ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
            },
            "--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", meant.Url, "--otlp.protocol", "http/protobuf",
            "--otlp.interval", "100ms");
        await meant.When(m => m.First(Release) is { Count: 2 });
        Assert.Empty(other.Pushed);
    }

    [Fact]
    public async Task An_environment_that_is_wrong_is_wrong_usage()
    {
        using var recording = new TemporaryFile(Busy.Recording());
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_HEADERS"] = "nonsense" },
            "--from", recording.Path, "--otlp.endpoint", "http://127.0.0.1:1");
        (int code, string error) = await exporter.End();
        Assert.Equal((ExitCode.Usage, "vfioscope: OpenTelemetry's environment variables: Headers provided in an invalid format.\n"), (code, error));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_keeps_nobody_for_long()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var recording = new TemporaryFile(Busy.Recording());
        Serving serving = await Serving.Start(
            "--from", recording.Path, "--otlp.endpoint", $"http://{silent.LocalEndpoint}", "--otlp.interval", "50ms");
        await serving.Text("/metrics");
        Assert.Equal(ExitCode.Done, await serving.Stop()); // which has a patience of its own
        await serving.DisposeAsync();
    }

    [Fact]
    public void An_endpoint_that_is_none_is_wrong_usage() => Assert.Equal(
        "--otlp.endpoint collector:4318: write an http or https address, such as http://127.0.0.1:4318",
        ServeCommand.Create().Parse(["--otlp.endpoint", "collector:4318"]).Errors[0].Message);

    [Fact]
    public void A_protocol_that_is_none_is_wrong_usage() => Assert.Equal(
        "--otlp.protocol http/json: write grpc or http/protobuf",
        ServeCommand.Create().Parse(["--otlp.protocol", "http/json"]).Errors[0].Message);
}
