using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Tests.Kernel;

/// <summary>A switch that was off once is remembered, if anything depended on it then.</summary>
public sealed class TracingSwitchesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-switches-");
    private readonly TracingSwitches _switches;

    public TracingSwitchesTests()
    {
        _switches = new TracingSwitches(File("ftrace"), File("kprobes"));
        Set("ftrace", 1);
        Set("kprobes", 1);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_off_at_any_look_stays_known()
    {
        Look();
        Assert.Empty(_switches.SeenOff);
        Set("ftrace", 0);
        Look();
        Set("ftrace", 1);
        Look();
        Assert.Equal([TracingSwitches.Ftrace], _switches.SeenOff.AsEnumerable());
    }

    [Fact]
    public void Kprobes_are_no_matter_where_none_is_attached_and_neither_is_a_switch_that_there_is_not()
    {
        Set("kprobes", 0);
        _switches.Look(kprobes: false, functions: true);
        System.IO.File.Delete(File("ftrace"));
        _switches.Look(kprobes: false, functions: true);
        Assert.Empty(_switches.SeenOff);
        Look();
        Assert.Equal([TracingSwitches.Kprobes], _switches.SeenOff.AsEnumerable());
    }

    private void Look() => _switches.Look(kprobes: true, functions: true);

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private void Set(string name, int on) => System.IO.File.WriteAllText(File(name), $"{on}\n");
}
