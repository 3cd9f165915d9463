using Profiler.Bpf.Session;

namespace Profiler.Bpf.Tests.Session;

/// <summary>Which probes are a dead vfioscope's, as tracefs lists them; removing one is a line that is written.</summary>
public sealed class LeftoversTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-tracefs-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("r1024:vfioscope_7_100/release_7_100 vfio_device_fops_release", false)] // this one runs
    [InlineData("r1024:vfioscope_7_99/release_7_99 vfio_device_fops_release", true)] // another one had the number before
    [InlineData("r1024:vfioscope_8_100/release_8_100 vfio_device_fops_release", true)] // nobody has it
    [InlineData("r1024:vfioscope_9_100/release_9_100 vfio_device_fops_release", true)] // dead, and not yet reaped
    [InlineData("r1024:vfioscope_7/release_7 vfio_device_fops_release", true)] // of an earlier version
    [InlineData("p:kprobes/vfioscope_8_100 vfs_read", false)]
    [InlineData("p:vfioscope_mine/probe vfs_read", false)]
    public void What_a_process_that_is_gone_made_is_removed(string line, bool removed)
    {
        string proc = Path.Combine(_folder.FullName, "proc");
        Process(proc, 7, 'S', 100);
        Process(proc, 9, 'Z', 100);
        string events = Path.Combine(_folder.FullName, "kprobe_events");
        File.WriteAllText(events, line + "\n");
        string name = line.Split(' ')[0].Split(':')[1];
        Assert.Equal(removed ? [name] : [], ReturnProbeEvents.RemoveLeftovers(_folder.FullName, proc).AsEnumerable());
        Assert.Equal(removed ? $"{line}\n-:{name}\n" : $"{line}\n", File.ReadAllText(events));
    }

    [Fact]
    public void Our_own_name_tells_who_we_are_and_since_when()
    {
        Assert.Equal(Maker.Self, Maker.Parse(Maker.Self.ToString()));
        Assert.True(Maker.Self.IsAlive());
        Assert.False((Maker.Self with { Start = Maker.Self.Start + 1 }).IsAlive());
    }

    private static void Process(string proc, int pid, char state, long start)
    {
        Directory.CreateDirectory($"{proc}/{pid}");
        File.WriteAllText($"{proc}/{pid}/stat", $"{pid} (vfio) scope) {state} 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0\n");
    }
}
