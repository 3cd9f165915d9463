using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Tui;

public sealed class TopCommandTests
{
    private static readonly Capture Shutdown = new(File.ReadAllText(Golden.Beside("shutdown-in-flight.events")))
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
        Assert.EndsWith("57 events, it is not known how many were lost\n", error, StringComparison.Ordinal);
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
    public async Task A_damaged_recording_is_said_to_be_one()
    {
        byte[] damaged = Shutdown.Recording();
        damaged[^1] = (byte)'?'; // where the JSON of the last frame closes
        using var file = new TemporaryFile(damaged);
        var error = await Assert.ThrowsAsync<UserException>(() =>
            Verb.Run(TopCommand.Create(), "--from", file.Path, "--speed", "1000000"));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_cannot_be_understood_end_it()
    {
        using var content = new MemoryStream();
        var writer = new RecordingWriter(content);
        writer.Begin(Shutdown.Info);
        writer.Events(new byte[WireEvent.Size]);
        using var file = new TemporaryFile(content.ToArray());
        var error = await Assert.ThrowsAsync<UserException>(() => Verb.Run(TopCommand.Create(), "--from", file.Path));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Equal("a damaged recording: unknown event: kind 0, phase 0, step 0", error.Message);
    }

    [Theory]
    [InlineData("--speed goes with --from FILE", "--speed", "2")]
    [InlineData("--speed 0: write a number greater than 0", "--from", "x", "--speed", "0")]
    [InlineData("--speed fast: write a number greater than 0", "--from", "x", "--speed", "fast")]
    public void Speed_is_how_fast_to_replay(string complaint, params string[] arguments) =>
        Assert.Equal(complaint, TopCommand.Create().Parse(arguments).Errors[0].Message);
}
