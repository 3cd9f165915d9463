using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Metrics.Tests.Otlp;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve.Otlp;

/// <summary>Traces and logs of a recording that is served, at a receiver.</summary>
public sealed class OtlpLivesPushTests
{
    private static readonly StagedCapture Two = StagedEvents.Shutdowns(2);

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Each_shutdown_is_a_trace_and_each_counted_finding_a_record(string protocol)
    {
        using var recording = new TemporaryFile(Two.Recording());
        await using var receiver = new OtlpReceiver(protocol == "grpc");
        await using Serving serving = await Serve(recording, receiver.Url, "metrics,traces,logs", "--otlp.protocol", protocol, "--otlp.interval", "100ms");
        await receiver.Until(r => r.Spans.Count == 10);
        OtlpSpan[] roots = [.. receiver.Spans.Where(s => s.Parent.Length == 0)];
        Assert.Equal(["gpu-0", "gpu-1"], roots.Select(r => r.Attributes["vfio.vm.name"]));
        Assert.All(roots, r => Assert.Equal(17_200_000_000UL, r.End - r.Start));
        Assert.Equal("vfioscope", receiver.Telemetry("traces")[0].Resource["service.name"]);
        string scraped = await serving.GetWhen(text => text.Contains("vfioscope_otlp_sent_total{signal=\"traces\"} 10\n", StringComparison.Ordinal));
        double findings = scraped.Split('\n').Where(l => l.StartsWith("vfio_findings_total{", StringComparison.Ordinal))
            .Sum(l => double.Parse(l.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture));
        await receiver.Until(r => r.Logs.Count >= findings);
        Assert.Equal(findings, receiver.Logs.Count);
        Assert.Equal("host-1", receiver.Telemetry("logs")[0].Resource["host.name"]);
        Assert.All(receiver.Logs, log => Assert.Contains(roots, r => (r.Trace, r.Id) == (log.Trace, log.Span)));
        Assert.NotEmpty(receiver.Pushed);
    }

    [Fact]
    public async Task A_receiver_that_is_away_gets_them_when_it_is_back()
    {
        int port = FreePort.Get();
        using var recording = new TemporaryFile(Two.Recording());
        await using Serving serving = await Serve(recording, $"http://127.0.0.1:{port}", "traces");
        await serving.Said($"vfioscope: http://127.0.0.1:{port}/v1/traces does not take traces: Connection refused (127.0.0.1:{port}); trying on\n");
        await using var receiver = new OtlpReceiver(port: port);
        await receiver.Until(r => r.Spans.Count == 10);
        await serving.Said($"vfioscope: http://127.0.0.1:{port}/v1/traces takes traces again\n");
        Assert.Empty(receiver.Pushed);
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_busy_one_is_asked_again(string protocol)
    {
        using var recording = new TemporaryFile(Two.Recording());
        int asked = 0;
        await using var receiver = new OtlpReceiver(protocol == "grpc") { Busy = _ => Interlocked.Increment(ref asked) == 1 };
        await using Serving serving = await Serve(recording, receiver.Url, "traces", "--otlp.protocol", protocol);
        await receiver.Until(r => r.Spans.Count == 10);
        await serving.Said(protocol == "grpc" ? "gRPC status 14 busy; trying on\n" : "it answers 503 Service Unavailable; trying on\n");
    }

    [Theory]
    [InlineData("http/protobuf", "it answers 400 Bad Request; lost")]
    [InlineData("grpc", "gRPC status 12 no such method; lost")]
    public async Task What_is_refused_is_lost_and_counted(string protocol, string told)
    {
        using var recording = new TemporaryFile(Two.Recording());
        await using var receiver = new OtlpReceiver(protocol == "grpc");
        await using Serving serving = await Serve(recording, receiver.Url + "/elsewhere", "traces", "--otlp.protocol", protocol);
        await serving.GetWhen(text => text.Contains("vfioscope_otlp_lost_total{signal=\"traces\",reason=\"refused\"} 10\n", StringComparison.Ordinal));
        await serving.Said($"does not take traces: {told}\n");
    }

    [Fact]
    public async Task What_it_takes_only_a_part_of_is_counted()
    {
        using var recording = new TemporaryFile(Two.Recording());
        await using var receiver = new OtlpReceiver { Answer = _ => PartialSuccess(3, "too old") };
        await using Serving serving = await Serve(recording, receiver.Url, "traces");
        await receiver.Until(r => r.Spans.Count == 10);
        int pushes = receiver.Telemetry("traces").Count;
        await serving.GetWhen(text => text.Contains($"vfioscope_otlp_lost_total{{signal=\"traces\",reason=\"refused\"}} {3 * pushes}\n", StringComparison.Ordinal));
        await serving.Said("does not take traces: it accepted only a part: too old; lost\n");
    }

    [Fact]
    public async Task The_environment_is_obeyed_and_what_came_last_is_sent_at_the_end()
    {
        using var recording = new TemporaryFile(Two.Recording());
        await using var receiver = new OtlpReceiver(grpc: true);
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20abc,x-tenant=gpu",
                ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "3600000",
            },
            "--from", recording.Path, "--speed", "1000000", "--otlp.signals", "traces,logs");
        await receiver.Until(r => r.Spans.Count > 0); // the first is sent at once, then none for an hour
        await exporter.Url;
        Assert.Equal(ExitCode.Done, (await exporter.Terminate()).Code);
        Assert.Equal(10, receiver.Spans.Count);
        Assert.NotEmpty(receiver.Logs);
        Assert.All(receiver.HeadersOf("traces"), h => Assert.Equal(("Bearer abc", "gpu"), (h.Authorization.ToString(), h["x-tenant"].ToString())));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_keeps_nobody_for_long_and_what_is_lost_is_told()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var recording = new TemporaryFile(Two.Recording());
        Serving serving = await Serve(recording, $"http://{silent.LocalEndpoint}", "traces");
        await serving.GetWhen(text => text.Contains("vfio_shutdown_duration_seconds_count 2\n", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, await serving.Stop()); // which has a patience of its own
        Assert.Contains("/v1/traces has not taken 10 spans before the end: lost\n", serving.Error, StringComparison.Ordinal);
        await serving.DisposeAsync();
    }

    [Fact]
    public void A_signal_that_is_none_is_wrong_usage() => Assert.Equal(
        "--otlp.signals traces,spans: write some of metrics,traces,logs",
        ServeCommand.Create().Parse(["--otlp.signals", "traces,spans"]).Errors[0].Message);

    private static Task<Serving> Serve(TemporaryFile recording, string url, string signals, params string[] more) => Serving.Start(
        ["--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", url, "--otlp.signals", signals, .. more]);

    private static byte[] PartialSuccess(long rejected, string reason)
    {
        using var partial = new MemoryStream();
        using var inner = new CodedOutputStream(partial);
        inner.WriteTag(1, WireFormat.WireType.Varint);
        inner.WriteInt64(rejected);
        inner.WriteTag(2, WireFormat.WireType.LengthDelimited);
        inner.WriteString(reason);
        inner.Flush();
        return [0x0a, (byte)partial.Length, .. partial.ToArray()];
    }
}
