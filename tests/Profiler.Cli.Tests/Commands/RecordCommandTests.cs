using System.Text.Json.Nodes;
using Profiler.Cli.Commands;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Host;
using Profiler.Host.Files;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Identity;
using Profiler.Host.Tests.Pci;
using Profiler.Linux;

namespace Profiler.Cli.Tests.Commands;

/// <summary>What <c>record</c> leaves when the recording cannot be finished.</summary>
public sealed class RecordCommandTests
{
    private const string Events = """
        1.0 7/7 qemu open begin 0000:01:00.0
        2.0 7/7 qemu open end
        3.0 7/7 qemu open begin 0000:02:00.0
        4.0 7/7 qemu open end
        """;

    [Fact]
    public async Task When_the_disk_is_full_what_was_recorded_is_kept_and_named_and_can_be_read()
    {
        using var proc = new FakeProc();
        using var sysfs = new FakeSysfs();
        var identities = new HostIdentities(new ProcFs(proc.Root), new DeviceIdentities(sysfs.Sysfs, new PciIds()));
        using var profile = new Profile(new FakeSource(Events, identities), TimeProvider.System);
        string directory = Directory.CreateTempSubdirectory("vfioscope-full-").FullName;
        string path = Path.Combine(directory, "x.vfioscope");
        try
        {
            using var file = new AtomicFile(path, AtomicFile.Private);
            var error = await Assert.ThrowsAsync<UserException>(() => RecordCommand.Record(profile, file, path, async recorder =>
            {
                await recorder.Completion;
                // The disk fills up before the end can be written.
                throw new IOException("No space left on device", Errno.ENOSPC);
            }));
            Assert.Equal((ExitCode.NotPossible, $"disk full: what was recorded until then is in {path}"), (error.Code, error.Message));
            RecordedCapture kept = RecordedCapture.Read(path);
            Assert.Equal((4, "cut_short"), ((int)kept.Received, kept.Problems.Single().Id));
            Assert.Equal([path], Directory.EnumerateFileSystemEntries(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Lines_come_as_things_end_and_the_last_one_tells_how_complete_they_are()
    {
        using var proc = new FakeProc();
        using var sysfs = new FakeSysfs();
        var identities = new HostIdentities(new ProcFs(proc.Root), new DeviceIdentities(sysfs.Sysfs, new PciIds()));
        using var profile = new Profile(new FakeSource(Events, identities), TimeProvider.System);
        using var output = new StringWriter();
        Assert.Null(await RecordCommand.WriteLines(profile, null, output, async ended =>
        {
            await ended;
            return null;
        }));
        JsonNode[] lines = [.. output.ToString().Split('\n')[..^1].Select(l => JsonNode.Parse(l)!)];
        Assert.Equal("begin", (string)lines[0]["type"]!);
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], lines.Select(l => (string?)l["open"]?["bdf"]).OfType<string>());
        Assert.Equal("start", (string)lines[^2]["type"]!);
        Assert.Equal(("capture", true), ((string)lines[^1]["type"]!, (bool)lines[^1]["last"]!));
    }

    [Fact]
    public async Task When_the_disk_is_full_the_lines_until_then_are_kept_and_named()
    {
        using var proc = new FakeProc();
        using var sysfs = new FakeSysfs();
        var identities = new HostIdentities(new ProcFs(proc.Root), new DeviceIdentities(sysfs.Sysfs, new PciIds()));
        using var profile = new Profile(new FakeSource(Events, identities), TimeProvider.System);
        string directory = Directory.CreateTempSubdirectory("vfioscope-full-").FullName;
        string path = Path.Combine(directory, "x.jsonl");
        try
        {
            using var file = new AtomicFile(path, AtomicFile.Private);
            var error = await Assert.ThrowsAsync<UserException>(() => RecordCommand.WriteLines(profile, file, TextWriter.Null, async ended =>
            {
                await ended;
                throw new IOException("No space left on device", Errno.ENOSPC);
            }));
            Assert.Equal((ExitCode.NotPossible, $"disk full: the lines written until then are in {path}"), (error.Code, error.Message));
            Assert.Contains("\"open\"", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
