using System.Collections.Concurrent;
using System.Text;
using Profiler.Cli.Live;
using Profiler.Core.Recording;

namespace Profiler.Cli.Identity;

/// <summary>
/// Names of virtual machines by process: what QEMU was given as <c>-name</c>, else what libvirt named its cgroup after,
/// else its <c>-uuid</c>. Asked while the process lives: one that exits has no command line any more. One thread at a
/// time learns; any may read.
/// </summary>
/// <param name="proc">Where procfs is.</param>
internal sealed class VmNames(string proc = "/proc")
{
    private readonly ConcurrentDictionary<int, string> _known = new();

    /// <summary>Each, when it is new; on the thread that learns.</summary>
    public event Action<ProcessIdentity>? Learned;

    public IReadOnlyDictionary<int, string> Known => _known;

    /// <summary>Looks at all processes that have a VFIO device open now.</summary>
    public void Scan()
    {
        foreach (string directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory), out int pid) && HasVfioDevice(directory))
                Learn(pid);
        }
    }

    /// <summary>Looks at one process; returns its virtual machine's name, null if it has none.</summary>
    public string? Learn(int pid)
    {
        if (_known.TryGetValue(pid, out string? known))
            return known;
        string[] arguments = Read($"{proc}/{pid}/cmdline").Split('\0');
        string? name = QemuCommandLine.NameIn(arguments)
            ?? MachineCgroup.NameIn(Read($"{proc}/{pid}/cgroup"))
            ?? QemuCommandLine.UuidIn(arguments);
        if (name is null)
            return null;
        name = _known[pid] = Printable.Clean(name);
        Learned?.Invoke(new ProcessIdentity(pid, name));
        return name;
    }

    // Empty if the process is gone already: then it stays without a name.
    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool HasVfioDevice(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory + "/fd")
                .Any(fd => new FileInfo(fd).LinkTarget is { } target &&
                    (target.StartsWith("/dev/vfio/", StringComparison.Ordinal) || target.Contains("[vfio-device]", StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
