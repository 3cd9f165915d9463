using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Tests.Support;
using System.IO.Compression;
using System.Net;

namespace Profiler.Cli.Tests.Serve;

public sealed class ServeCommandTests
{
    [Fact]
    public async Task A_recording_is_served_and_stays_when_it_has_ended()
    {
        using var recording = new TemporaryFile(new StagedCapture(StagedEvents.Busy).Recording());
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
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path);
        using HttpResponseMessage metrics = await serving.Send(HttpMethod.Get, "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", metrics.Content.Headers.ContentType!.ToString());
        Assert.Contains("/metrics", await serving.Text("/"), StringComparison.Ordinal);
        Assert.Equal("vfioscope is healthy.\n", await serving.Text("/-/healthy"));
        Assert.Equal("vfioscope is ready.\n", await serving.Text("/-/ready"));
        Assert.Equal(HttpStatusCode.OK, (await serving.Send(HttpMethod.Head, "/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await serving.Send(HttpMethod.Get, "/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await serving.Send(HttpMethod.Post, "/metrics")).StatusCode);
    }

    [Fact]
    public async Task The_format_is_the_one_asked_for_and_compressed_if_asked_for()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path);
        using HttpResponseMessage answer = await serving.Send(
            HttpMethod.Get, "/metrics", ("Accept", "application/openmetrics-text;version=1.0.0"), ("Accept-Encoding", "gzip"));
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        await using var plain = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.EndsWith("\n# EOF\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_addresses_are_all_served()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--web.listen-address", "localhost:0");
        Assert.Matches("^vfioscope: serving http://127.0.0.1:[0-9]+/metrics, http://127.0.0.1:[0-9]+/metrics\n$", serving.Error);
    }

    [Fact]
    public async Task An_address_in_use_is_named_with_the_remedy()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
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
}
