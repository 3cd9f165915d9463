using System.Text;
using Profiler.Cli.Live;

namespace Profiler.Cli.Identity;

/// <summary>
/// Names of virtual machines by process: what QEMU was given as <c>-name</c>, else what libvirt named its cgroup after,
/// else its <c>-uuid</c>. Asked while the process lives: one that exits has no command line any more.
/// </summary>
/// <param name="proc">Where procfs is.</param>
internal sealed class VmNames(string proc = "/proc")
{
    /// <summary>The name of a process's virtual machine; null if it has none, or is gone.</summary>
    public string? NameOf(int pid)
    {
        string[] arguments = Read($"{proc}/{pid}/cmdline").Split('\0');
        string? name = QemuCommandLine.NameIn(arguments)
            ?? MachineCgroup.NameIn(Read($"{proc}/{pid}/cgroup"))
            ?? QemuCommandLine.UuidIn(arguments);
        return name is null ? null : Printable.Clean(name);
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
}
