using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Tests.Support;

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
    public async Task Metrics_may_be_elsewhere_and_the_landing_page_says_where()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--web.telemetry-path", "/vfio/metrics");
        Assert.EndsWith("/vfio/metrics", serving.Url.AbsolutePath, StringComparison.Ordinal);
        Assert.Contains("vfioscope_build_info{", await serving.Text("/vfio/metrics"), StringComparison.Ordinal);
        Assert.Contains("<a href=\"/vfio/metrics\">", await serving.Text("/"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await serving.Send(HttpMethod.Get, "/metrics")).StatusCode);
    }

    [Theory]
    [InlineData("metrics")]
    [InlineData("/")]
    [InlineData("/-/ready")]
    [InlineData("/a?b")]
    public void A_path_that_cannot_be_is_wrong_usage(string path) => Assert.Equal(
        $"--web.telemetry-path {path}: write a path that begins with / and is not in use, such as /metrics",
        ServeCommand.Create().Parse(["--web.telemetry-path", path]).Errors[0].Message);

    [Theory]
    [InlineData("--web.max-requests", "-1", "--web.max-requests -1: write a whole number from 0 to 65536")]
    [InlineData("--log.level", "loud", "--log.level loud: write debug, info, warn or error")]
    [InlineData("--log.level", "1", "--log.level 1: write debug, info, warn or error")]
    [InlineData("--log.format", "xml", "--log.format xml: write text, json or journald")]
    public void What_an_option_does_not_take_is_wrong_usage(string option, string value, string error) =>
        Assert.Equal(error, ServeCommand.Create().Parse([option, value]).Errors[0].Message);

    [Fact]
    public async Task What_it_says_may_be_JSON()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--log.format", "json", "--log.level", "debug");
        await serving.Text("/metrics");
        string[] lines = (await Eventually.Get(() => Task.FromResult(serving.Error), error => error.Contains("scrape by", StringComparison.Ordinal)))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => Message(line) == ("info", $"serving {serving.Url}"));
        Assert.Contains(lines, line => Message(line) is ("debug", var said) && said.StartsWith("scrape by 127.0.0.1: Text, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_journal_is_told_priorities()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--log.format", "journald");
        Assert.Equal($"<6>serving {serving.Url}\n", serving.Error);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("journald")]
    public async Task Why_it_cannot_serve_is_said_in_the_same_way(string format)
    {
        (int code, _, string error) = await Verb.Run(ServeCommand.Create(), "--from", "/nowhere/at.all", "--log.format", format);
        Assert.Equal(ExitCode.Usage, code);
        string why = format == "json" ? Message(error).Text : error.Split('>', 2)[1].TrimEnd('\n');
        Assert.StartsWith(format == "json" ? "{" : "<3>", error, StringComparison.Ordinal);
        Assert.StartsWith("/nowhere/at.all cannot be read: ", why, StringComparison.Ordinal);
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

    private static (string Level, string Text) Message(string line)
    {
        JsonElement message = JsonDocument.Parse(line).RootElement;
        return (message.GetProperty("level").GetString()!, message.GetProperty("msg").GetString()!);
    }
}
