using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Otlp;

/// <summary>A recording is served and pushed to a receiver, which has OpenTelemetry's messages by their definition.</summary>
public sealed class OtlpPushTests
{
    [Fact]
    public async Task Histograms_come_as_exponential_ones()
    {
        using var recording = new TemporaryFile(new Capture(File.ReadAllText(Golden.Beside("../Metrics/busy.events"))).Recording());
        await using var receiver = new OtlpReceiver();
        await using Serving serving = await Serving.Start(
            "--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", receiver.Url, "--otlp.interval", "100ms");
        OtlpMetrics pushed = await receiver.When(m => m.Histograms.GetValueOrDefault("vfio_release_duration_seconds") is { Count: 2 });
        Assert.Equal("vfioscope", pushed.Resource["service.name"]);
        Assert.Equal("host-1", pushed.Resource["host.name"]);
        OtlpHistogram release = pushed.Histograms["vfio_release_duration_seconds"];
        Assert.Equal((2.123456789, 3), (release.Sum, release.Scale));
        // 1.0 s and what is in our bucket with it have their middle above the bound; 1.123 s is one further:
        // (2^(0/8), 2^(1/8)] and (2^(1/8), 2^(2/8)].
        Assert.Equal([(0, 1UL), (1, 1UL)], release.Buckets);
        Assert.Equal(Enum.GetValues<Core.Spans.ResetMethod>().Length, pushed.Points["vfio_reset_duration_seconds"]);
        Assert.Equal(2, pushed.Points["vfio_device_releases_total"]);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_named_once()
    {
        using var recording = new TemporaryFile(new Capture("").Recording());
        await using Serving serving = await Serving.Start(
            "--from", recording.Path, "--otlp.endpoint", "http://127.0.0.1:1", "--otlp.interval", "50ms");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!serving.Error.Contains("http://127.0.0.1:1/v1/metrics does not take metrics: ", StringComparison.Ordinal))
            await Task.Delay(50, patience.Token);
        await Task.Delay(300, patience.Token);
        Assert.Equal(2, serving.Error.Split("does not take metrics").Length);
        await serving.Text("/metrics");
    }

    [Fact]
    public void An_endpoint_that_is_none_is_wrong_usage() => Assert.Equal(
        "--otlp.endpoint collector:4318: write an http or https address, such as http://127.0.0.1:4318",
        ServeCommand.Create().Parse(["--otlp.endpoint", "collector:4318"]).Errors[0].Message);
}
