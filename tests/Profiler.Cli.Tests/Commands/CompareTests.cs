using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Core.Recording;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Commands;

/// <summary><c>vfioscope compare</c> on recordings in files: which it takes, what it refuses, its exit codes.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly List<TemporaryFile> _files = [];

    public void Dispose() => _files.ForEach(f => f.Dispose());

    [Fact]
    public async Task Surely_slower_than_the_limit_is_1_and_else_0()
    {
        (string fast, string slow) = (Recording(1, 4, seconds: 1.0), Recording(2, 4, seconds: 1.3));
        Assert.Equal(ExitCode.Done, (await Run(fast, slow)).Code);
        Assert.Equal(ExitCode.Done, (await Run(fast, slow, "--fail-if-slower", "40%")).Code);
        Assert.Equal(ExitCode.Done, (await Run(slow, fast, "--fail-if-slower", "0%")).Code);
        (int code, string output) = await Run(fast, slow, "--fail-if-slower", "20%");
        Assert.Equal(ExitCode.No, code);
        Assert.Contains("SLOWER by more than 20 %\n  shutdown of 1 x unknown device: +", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_lives_are_too_few_to_fail() =>
        Assert.Equal(ExitCode.Done, (await Run(Recording(1, 3, seconds: 1), Recording(2, 3, seconds: 9), "--fail-if-slower", "10%")).Code);

    [Fact]
    public async Task Several_recordings_are_a_side()
    {
        string[] files = [.. Enumerable.Range(0, 8).Select(i => Recording(i, 1, i < 4 ? 1 : 9))];
        JsonNode document = JsonNode.Parse((await Run(["--json", "--before", .. files[..4], "--after", .. files[4..]])).Output)!;
        Assert.Equal(files[..4], document["before"]!["recordings"]!.AsArray().Select(r => r!["file"]!.GetValue<string>()));
        Assert.Equal("slower", document["comparisons"]![0]!["verdict"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nothing_in_common_is_told_with_what_there_is()
    {
        UserException error = await Refused(Recording(1, 1, seconds: 1), Recording(2, 0, seconds: 1));
        Assert.Equal(ExitCode.No, error.Code);
        Assert.Equal("nothing to compare: before there is shutdown of 1 x unknown device, release of unknown device; after there is nothing", error.Message);
    }

    [Fact]
    public async Task A_recording_is_not_compared_with_itself()
    {
        string file = Recording(1, 4, seconds: 1), copy = Kept(File.ReadAllBytes(file));
        UserException twice = await Refused(file, file), same = await Refused(file, copy);
        Assert.Equal((ExitCode.Usage, $"{file} is given twice"), (twice.Code, twice.Message));
        Assert.Equal((ExitCode.Usage, $"{copy} is the same recording as {file}: name each once"), (same.Code, same.Message));
    }

    [Fact]
    public async Task A_filter_is_for_both_sides()
    {
        string before = Recording(1, 4, seconds: 1, devices: 2), after = Recording(2, 4, seconds: 2, devices: 2);
        UserException error = await Refused("--device", "09:00.0", before, after);
        Assert.Equal(ExitCode.No, error.Code);
        Assert.StartsWith($"{before}: nothing matches --device 09:00.0", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await Run("--device", "01:00.0", before, after)).Code);
    }

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        (int code, string output, string error) = await Verb.Run(CompareCommand.Create(), arguments);
        Assert.Empty(error);
        return (code, output);
    }

    private static Task<UserException> Refused(params string[] arguments) => Assert.ThrowsAsync<UserException>(() => Run(arguments));

    // Of VMs that are ended one after another; no two take equally long.
    private string Recording(int hour, int vms, double seconds, int devices = 1)
    {
        var events = new StringBuilder();
        for (int vm = 0; vm < vms; vm++)
        {
            double at = 100 * vm;
            string who = $"{10 + vm}/{10 + vm} qemu";
            events.Append(CultureInfo.InvariantCulture, $"{at:0.000} 1/1 virsh signal 15 to {who}\n");
            for (int device = 1; device <= devices; device++)
            {
                events.Append(CultureInfo.InvariantCulture, $"{at += 0.001:0.000} {who} release begin 0000:0{device}:00.0 lock {device} exiting\n")
                    .Append(CultureInfo.InvariantCulture, $"{at += seconds + 0.002 * vm:0.000} {who} release end\n");
            }
            events.Append(CultureInfo.InvariantCulture, $"{at + 0.1:0.000} {who} gone\n{at + 0.2:0.000} 1/1 virsh reaped of {who}\n");
        }
        var staged = new StagedCapture(events.ToString());
        using var content = new MemoryStream();
        using var writer = new RecordingWriter(content);
        writer.Begin(staged.Info with { Start = staged.Info.Start.AddHours(hour) });
        writer.Events(EventText.Records(staged.Events));
        writer.Flush();
        writer.End(new CaptureEnd(1_000_000_000_000, [], staged.Probes));
        return Kept(content.ToArray());
    }

    private string Kept(byte[] content)
    {
        var file = new TemporaryFile(content);
        _files.Add(file);
        return file.Path;
    }
}
