using Profiler.Core.Wire;
using Profiler.Host.Processes;

namespace Profiler.Host.Vms;

/// <summary>
/// Names of virtual machines by process: what QEMU was given as <c>-name</c>, else what libvirt named its cgroup after,
/// else its <c>-uuid</c>. Asked while the process lives: one that exits has no command line any more.
/// </summary>
public sealed class VmNames(ProcFs proc)
{
    /// <summary>The name of a process's virtual machine; null if it has none, or is gone.</summary>
    public string? NameOf(int pid)
    {
        string[] arguments = proc.Read(pid, "cmdline").Split('\0');
        string? name = QemuCommandLine.NameIn(arguments)
            ?? MachineCgroup.NameIn(proc.Read(pid, "cgroup"))
            ?? QemuCommandLine.UuidIn(arguments);
        return name is null ? null : Printable.Clean(name);
    }
}
