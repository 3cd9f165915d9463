using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Top;

public sealed class TopCommandTests
{
    private static readonly StagedCapture Shutdown = new(StagedEvents.ShutdownInFlight)
    {
        VmNames = new Dictionary<int, string> { [900] = "mail", [4711] = "name\nof \e[1mmany lines" },
    };

    [Fact]
    public async Task Where_there_is_no_terminal_events_are_lines()
    {
        using var recording = new TemporaryFile(Shutdown.Recording());
        var (code, output, error) = await Verb.Run(TopCommand.Create(), "--from", recording.Path, "--speed", "1000000");
        Assert.Equal(ExitCode.Done, code);
        Golden.Equal(Golden.Beside("event-lines.txt"), output);
        Assert.Equal(
            """
            vfioscope: replaying a recording of host-1, kernel 6.12.48-amd64, all 5 probes attached (2 fentry, 1 kprobe, 2 tracepoint)
            vfioscope: 57 events, none lost

            """, error);
    }

    [Fact]
    public async Task A_recording_that_was_cut_short_is_shown_as_far_as_it_goes()
    {
        using var recording = new TemporaryFile((Shutdown with { Lost = null }).Recording());
        var (_, output, error) = await Verb.Run(TopCommand.Create(), "--from", recording.Path, "--speed", "1000000");
        Golden.Equal(Golden.Beside("event-lines.txt"), output);
        Assert.EndsWith("57 events, lost events unknown\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vfioscp", "not a vfioscope recording")]
    [InlineData("", "not a vfioscope recording")]
    public async Task What_is_no_recording_is_wrong_usage(string content, string reason)
    {
        using var file = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(content));
        var error = await Assert.ThrowsAsync<UserException>(() => Verb.Run(TopCommand.Create(), "--from", file.Path));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Equal($"{file.Path}: {reason}; make one with 'vfioscope record -o FILE'", error.Message);
    }

    [Fact]
    public async Task What_is_damaged_in_a_recording_is_told_and_the_rest_shown()
    {
        byte[] damaged = Shutdown.Recording();
        int index = 24 + BitConverter.ToInt32(damaged, damaged.Length - 4); // the last frame; before it is the end
        damaged[^(index + 1)] ^= 1;
        using var file = new TemporaryFile(damaged);
        var (_, output, error) = await Verb.Run(TopCommand.Create(), "--from", file.Path, "--speed", "1000000");
        Golden.Equal(Golden.Beside("event-lines.txt"), output);
        Assert.Contains("vfioscope: 1 frame of the recording damaged and skipped\n", error, StringComparison.Ordinal);
        Assert.Contains("vfioscope: the recording was cut short", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_are_not_there_any_more_are_told_as_the_report_tells_them()
    {
        using var content = new MemoryStream();
        using var writer = new RecordingWriter(content);
        writer.Begin(Shutdown.Info);
        writer.Events(EventText.Records("1.0 7/7 qemu release begin 0000:01:00.0\n2.0 7/7 qemu release end"));
        // Not in the order of the kinds, and with one of later versions.
        writer.End(new CaptureEnd(
            3_000_000_000, [new EventCount("later", 5, 5, 0), new EventCount("reset", 53, 53, 0), new EventCount("release", 5, 3, 2)], Shutdown.Probes));
        using var file = new TemporaryFile(content.ToArray());
        var (_, _, error) = await Verb.Run(TopCommand.Create(), "--from", file.Path, "--speed", "1000000");
        Assert.Contains("vfioscope: 54 events missing from the recording (reset 53, release 1)\n", error, StringComparison.Ordinal);
        using var source = new ReplaySource(new MemoryStream(content.ToArray()), 1e6, TimeProvider.System);
        source.Run(CancellationToken.None);
        Assert.Equal([new SourceCount((int)EventKind.Reset, 53, 0), new SourceCount((int)EventKind.Release, 5, 2)], source.Counts().ToArray());
        Assert.Equal(("events_missing", 54L), RecordedCapture.Read(file.Path).Problems.Select(p => (p.Id, p.Count)).Single());
    }

    [Theory]
    [InlineData(1, "--vm", "nosuch")]
    [InlineData(1, "--pid", "1")]
    [InlineData(1, "--device", "0000:7f:1f.7")]
    [InlineData(0, "--vm", "mail")]
    public async Task A_filter_that_matched_nothing_in_all_of_a_recording_is_a_no(int code, string filter, string value)
    {
        using var recording = new TemporaryFile(Shutdown.Recording());
        string[] arguments = ["--from", recording.Path, "--speed", "1000000", filter, value];
        if (code == 0)
        {
            await Verb.Run(TopCommand.Create(), arguments);
            return;
        }
        var error = await Assert.ThrowsAsync<UserException>(() => Verb.Run(TopCommand.Create(), arguments));
        Assert.Equal(ExitCode.No, error.Code);
        Assert.StartsWith($"nothing matches {filter} {value}: there is ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_cannot_be_understood_end_it()
    {
        using var content = new MemoryStream();
        using var writer = new RecordingWriter(content);
        writer.Begin(Shutdown.Info);
        writer.Events(new byte[WireEvent.Size]);
        writer.Flush();
        using var file = new TemporaryFile(content.ToArray());
        var error = await Assert.ThrowsAsync<UserException>(() => Verb.Run(TopCommand.Create(), "--from", file.Path));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Equal("a damaged recording: unknown event: kind 0, edge 0, subtype 0", error.Message);
    }

    [Theory]
    [InlineData("--speed needs a recording: give --from FILE, too", "--speed", "2")]
    [InlineData("--speed 0: write a number greater than 0", "--from", "x", "--speed", "0")]
    [InlineData("--speed fast: write a number greater than 0", "--from", "x", "--speed", "fast")]
    public void Speed_is_how_fast_to_replay(string complaint, params string[] arguments) =>
        Assert.Equal(complaint, TopCommand.Create().Parse(arguments).Errors[0].Message);
}
