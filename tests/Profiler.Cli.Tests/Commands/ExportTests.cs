using System.Globalization;
using System.Text.Json.Nodes;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Commands;

/// <summary><c>vfioscope export</c>, and the lines that <c>top --json</c> writes: what is written where, and the exit codes.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly StagedCapture Shutdown = new(StagedEvents.ShutdownInFlight)
    {
        VmNames = new Dictionary<int, string> { [900] = "=mail", [4711] = "name\nof \e[1mmany lines" },
    };

    private readonly TemporaryFile _recording = new(Shutdown.Recording());
    private readonly TemporaryFile _cutShort = new((Shutdown with { Lost = null }).Recording());

    public void Dispose()
    {
        _recording.Dispose();
        _cutShort.Dispose();
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task A_file_has_what_standard_output_would_have(string format)
    {
        using var file = new TemporaryFile([]);
        (int code, string output, string error) = await Verb.Run(ExportCommand.Create(), _recording.Path, "--format", format);
        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith("vfioscope: the recording is incomplete: 1 shutdown ", error, StringComparison.Ordinal);
        (code, string nothing, _) = await Verb.Run(ExportCommand.Create(), _recording.Path, "--format", format, "-o", file.Path);
        Assert.Equal((ExitCode.Done, ""), (code, nothing));
        Assert.Equal(output, await File.ReadAllTextAsync(file.Path));
    }

    [Fact]
    public async Task A_name_is_no_formula_and_breaks_no_line()
    {
        (_, string output, _) = await Verb.Run(ExportCommand.Create(), _recording.Path, "--format", "csv");
        Assert.Contains(",\"'=mail\",", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output, c => char.IsControl(c) && c is not ('\r' or '\n'));
    }

    [Theory]
    [InlineData("perfetto")]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task What_is_incomplete_is_told_beside_the_export(string format)
    {
        using var file = new TemporaryFile([]);
        (int code, _, string error) = await Verb.Run(ExportCommand.Create(), _cutShort.Path, "--format", format, "-o", file.Path);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("vfioscope: the recording is incomplete: the recording was cut short", error, StringComparison.Ordinal);
        Assert.NotEmpty(await File.ReadAllBytesAsync(file.Path));
    }

    [Fact]
    public async Task A_filter_that_matches_nothing_is_1()
    {
        var error = await Assert.ThrowsAsync<UserException>(
            () => Verb.Run(ExportCommand.Create(), _recording.Path, "--format", "csv", "--vm", "other"));
        Assert.Equal(ExitCode.No, error.Code);
    }

    [Fact]
    public async Task Lines_as_things_end_have_what_the_export_has()
    {
        (int code, string live, _) = await Verb.Run(TopCommand.Create(), "--json", "--from", _recording.Path, "--speed", "1000000");
        Assert.Equal(ExitCode.Done, code);
        (_, string exported, _) = await Verb.Run(ExportCommand.Create(), _recording.Path, "--format", "jsonl");
        Assert.Equal(Ends(exported), Ends(live));
        Assert.Equal(("begin", "capture"), ((string)Lines(live)[0]["type"]!, (string)Lines(live)[^1]["type"]!));
        Assert.True((bool)Lines(live)[^1]["last"]!);
    }

    [Fact]
    public async Task Lines_of_one_VM_have_nothing_of_others()
    {
        (_, string live, _) = await Verb.Run(TopCommand.Create(), "--json", "--from", _recording.Path, "--speed", "1000000", "--pid", "900");
        Assert.NotEmpty(Ends(live));
        Assert.DoesNotContain("4711", live, StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<UserException>(
            () => Verb.Run(TopCommand.Create(), "--json", "--from", _recording.Path, "--speed", "1000000", "--pid", "901"));
        Assert.Equal(ExitCode.No, error.Code);
    }

    [Theory]
    [InlineData("record --format jsonl -- ls", "--output is missing: COMMAND writes to standard output as well, so name a file for the lines with -o FILE")]
    [InlineData("record", "--output is missing: write vfioscope record --output FILE [OPTIONS] [COMMAND...]")]
    [InlineData("export x --format xml", "--format xml: write perfetto, csv or jsonl")]
    public void Wrong_usage_says_what_to_write(string line, string says)
    {
        var error = Assert.Throws<UserException>(() => CommandLine.Parse(CommandLine.Create(), line.Split(' ')));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    // Type, process and begin of everything that ended.
    private static string[] Ends(string lines) =>
    [
        .. Lines(lines).Where(l => (string)l["type"]! is "open" or "release" or "start" or "shutdown")
            .Select(l => (Type: (string)l["type"]!, What: l[(string)l["type"]!]!))
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Type} {l.What["pid"]} {l.What["start_ns"]} {l.What["lock_wait_ns"]}"))
            .Order(StringComparer.Ordinal),
    ];

    private static JsonNode[] Lines(string text) => [.. text.Split('\n')[..^1].Select(l => JsonNode.Parse(l)!)];
}
