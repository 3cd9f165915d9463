using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Usage;

/// <summary>A recording that cannot be read: exit code 2, and the same line from each command that reads one.</summary>
public class UnreadableRecordingTests
{
    [Fact]
    public Task A_file_that_does_not_exist() => Refused("/no/such/file", "cannot be read: there is no such file");

    [Fact]
    public Task A_directory() => Refused("/", "cannot be read: it is a directory; name a recording");

    [Fact]
    public async Task Another_file()
    {
        using var file = new TemporaryFile("not a recording\n"u8.ToArray());
        await Refused(file.Path, "not a vfioscope recording; make one with 'vfioscope record -o FILE'");
    }

    private static async Task Refused(string path, string reason)
    {
        var report = await Assert.ThrowsAsync<UserException>(() => Verb.Run(ReportCommand.Create(), path));
        Assert.Equal(ExitCode.Usage, report.Code);
        Assert.StartsWith(path, report.Message, StringComparison.Ordinal);
        Assert.EndsWith(reason, report.Message, StringComparison.Ordinal);
        var compare = await Assert.ThrowsAsync<UserException>(() => Verb.Run(CompareCommand.Create(), path, path));
        Assert.Equal((report.Code, report.Message), (compare.Code, compare.Message));
        var serve = await Assert.ThrowsAsync<UserException>(() => Verb.Run(ServeCommand.Create(), "--from", path));
        Assert.Equal((report.Code, report.Message), (serve.Code, serve.Message));
    }
}
