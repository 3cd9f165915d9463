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
}
