using Profiler.Core.Wire;
using Profiler.Host.Processes;

namespace Profiler.Host.Vms;

/// <summary>
/// Names of VMs by process: QEMU's <c>-name</c>, else the name in libvirt's cgroup, else QEMU's <c>-uuid</c>. To be read while the
/// process lives: an exiting process has no command line any more.
/// </summary>
public sealed class VmNames(ProcFs proc)
{
    /// <summary>The name of the VM that a process runs; null if it runs none, or has ended.</summary>
    public string? NameOf(int pid)
    {
        string[] arguments = proc.Read(pid, "cmdline").Split('\0');
        string? name = QemuCommandLine.NameIn(arguments)
            ?? MachineCgroup.NameIn(proc.Read(pid, "cgroup"))
            ?? QemuCommandLine.UuidIn(arguments);
        return name is null ? null : Printable.Clean(name);
    }
}
