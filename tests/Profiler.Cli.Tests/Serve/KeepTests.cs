using System.CommandLine;
using System.Text.Json.Nodes;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Report.Tests;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve;

/// <summary>What <c>serve --keep-slow</c> keeps, and <c>report</c> finds.</summary>
public sealed class KeepTests : IDisposable
{
    private readonly string _kept = Directory.CreateTempSubdirectory("vfioscope-kept-").FullName;

    public void Dispose() => Directory.Delete(_kept, recursive: true);

    [Fact]
    public async Task A_slow_shutdown_is_kept_listed_and_reported()
    {
        await Keep(_kept);
        (int code, string list, string error) = await Verb.Run(ReportCommand.Create(), "--list", "--dir", _kept);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Matches(@"^2026-11-22 08:\d\d:\d\d UTC  gpu-0: shutdown 17\.\d+ s\n  [a-z_]+: (.|\n)*\n  kept-20261122T08\d{4}Z-17\.\ds-gpu-0\.vfioscope\n$", list);
        (_, string report, error) = await Verb.Run(ReportCommand.Create(), "--dir", _kept);
        Assert.Contains("gpu-0 (pid 100)", report, StringComparison.Ordinal);
        Assert.Equal($"vfioscope: {Directory.GetFiles(_kept).Single()}\n", error);
    }

    [Fact]
    public async Task What_was_still_running_is_told_apart()
    {
        await File.WriteAllBytesAsync(
            Path.Combine(_kept, "kept-20261122T080042Z-running-41.0s-qemu.vfioscope"),
            new StagedCapture("1.0 7/7 qemu exits\n1.0 7/7 qemu release begin 0000:01:00.0 exiting\n42.0 8/8 other open begin 0000:02:00.0").Recording());
        (_, string list, _) = await Verb.Run(ReportCommand.Create(), "--list", "--dir", _kept);
        Assert.StartsWith("2026-11-22 08:00:42 UTC  qemu: shutdown still running after 4", list, StringComparison.Ordinal);
        (_, string json, _) = await Verb.Run(ReportCommand.Create(), "--list", "--json", "--dir", _kept);
        Assert.True((bool)JsonNode.Parse(json)!["recordings"]![0]!["running"]!);
        using var file = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(json));
        Schema.Validate(file.Path, "kept.schema.json");
    }

    [Fact]
    public async Task The_metrics_name_the_file()
    {
        using var recording = new TemporaryFile(StagedEvents.Shutdowns(1).Recording());
        await using var serving = await Serving.Start("--from", recording.Path, "--speed", "1000000", "--keep-slow", $"10s:{_kept}");
        string text = await serving.GetWhen(text => text.Contains("vfioscope_kept_recording_seconds{", StringComparison.Ordinal));
        string name = Path.GetFileName(Directory.GetFiles(_kept).Single());
        Assert.Contains($"vfioscope_kept_recording_seconds{{file=\"{name}\",vm=\"gpu-0\",life=\"shutdown\",running=\"false\"}} 17.", text, StringComparison.Ordinal);
        // It is told to the histograms a moment after it is there.
        await Eventually.Get(
            async () => await (await serving.Send(HttpMethod.Get, "/metrics", ("Accept", "application/openmetrics-text;version=1.0.0"))).Content.ReadAsStringAsync(),
            answer => answer.Contains($",recording=\"{name}\"}} 17.", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, await serving.Stop());
    }

    [Fact]
    public async Task The_list_as_JSON_keeps_to_its_schema()
    {
        await Keep(_kept);
        await File.WriteAllTextAsync(Path.Combine(_kept, "kept-20200101T000000Z-1.0s-a.vfioscope"), "damaged");
        await File.WriteAllTextAsync(Path.Combine(_kept, "other.vfioscope"), "not ours");
        (_, string json, _) = await Verb.Run(ReportCommand.Create(), "--list", "--json", "--dir", _kept);
        using var file = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(json));
        Schema.Validate(file.Path, "kept.schema.json");
        JsonArray recordings = JsonNode.Parse(json)!["recordings"]!.AsArray();
        Assert.Equal(["gpu-0", "a"], recordings.Select(r => (string?)r!["vm"]));
        Assert.Contains("not a vfioscope recording", (string?)recordings[1]!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_said_once_and_counted()
    {
        string missing = Path.Combine(_kept, "no/such");
        string error = await Keep(missing, "vfioscope_kept_failed_total 1");
        Assert.Equal(1, error.Split("recordings of slow shutdowns cannot be kept").Length - 1);
    }

    [Fact]
    public async Task Without_a_recording_the_answer_is_no()
    {
        UserException none = await Assert.ThrowsAsync<UserException>(() => Verb.Run(ReportCommand.Create(), "--dir", _kept));
        Assert.Equal((ExitCode.No, $"no recording has been kept in {_kept}"), (none.Code, none.Message));
        UserException missing = await Assert.ThrowsAsync<UserException>(() => Verb.Run(ReportCommand.Create(), "--list", "--dir", "/no/such"));
        Assert.Equal(ExitCode.Usage, missing.Code);
    }

    [Theory]
    [InlineData("--keep-slow 10s: write a duration and a directory, such as 10s:/var/lib/vfioscope", "--keep-slow", "10s")]
    [InlineData("--keep-slow 10s:: write a duration and a directory, such as 10s:/var/lib/vfioscope", "--keep-slow", "10s:")]
    [InlineData("--keep-slow x:/tmp: write a duration and a directory, such as 10s:/var/lib/vfioscope", "--keep-slow", "x:/tmp")]
    [InlineData("--keep-files needs --keep-slow: give --keep-slow 10s:/var/lib/vfioscope, too", "--keep-files", "3")]
    [InlineData("--keep-files 0: write a whole number from 1 to 100000", "--keep-slow", "1s:/tmp", "--keep-files", "0")]
    [InlineData("--keep-size x: write a size, such as 512M or 2G", "--keep-slow", "1s:/tmp", "--keep-size", "x")]
    [InlineData("--keep-memory 1K: write a size from 1M to 1G, such as 16M", "--keep-slow", "1s:/tmp", "--keep-memory", "1K")]
    [InlineData("--keep-finding bad: write info or warning", "--keep-slow", "1s:/tmp", "--keep-finding", "bad")]
    public void Wrong_usage_says_what_to_write(string error, params string[] arguments) =>
        Assert.Equal(error, ServeCommand.Create().Parse(arguments).Errors[0].Message);

    [Fact]
    public void A_recording_that_is_shown_by_top_is_not_kept_again() => Assert.Equal(
        "--keep-slow and --from exclude each other: a recording is kept already",
        TopCommand.Create().Parse(["--from", "a", "--keep-slow", "1s:/tmp"]).Errors[0].Message);

    [Theory]
    [InlineData("a.vfioscope", "--list")]
    [InlineData("a.vfioscope", "--dir", "/tmp")]
    [InlineData("--list", "--format", "html")]
    public void A_report_is_of_one_file_or_of_what_was_kept(params string[] arguments) =>
        Assert.Single(ReportCommand.Create().Parse(arguments).Errors);

    // Replays a shutdown of 17 s, and returns what was said when the metrics have a line.
    private static async Task<string> Keep(string directory, string until = "vfioscope_kept_recordings_total 1")
    {
        using var recording = new TemporaryFile(StagedEvents.Shutdowns(1).Recording());
        await using var serving = await Serving.Start(
            "--from", recording.Path, "--speed", "1000000", "--keep-slow", $"10s:{directory}", "--keep-finding", "warning");
        await serving.GetWhen(text => text.Contains(until + "\n", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, await serving.Stop());
        return serving.Error;
    }
}
