using System.Text.RegularExpressions;
using Profiler.Core.Facts;
using Profiler.Core.Wire;
using Profiler.Host.Processes;

namespace Profiler.Host.Vms;

/// <summary>
/// Names of VMs by process: what its monitor was told, else the name in libvirt's cgroup, else QEMU's <c>-uuid</c>, else the pod, else
/// the systemd unit. Names in a pod have its namespace, as in kubectl: "default/web-1". To be read while the process lives: an exiting
/// process has no command line any more.
/// </summary>
/// <param name="proc">The processes.</param>
/// <param name="root">The host's root directory, for the files of pods.</param>
public sealed partial class VmNames(ProcFs proc, string root = "/")
{
    private readonly PodFiles _pods = new(root);

    /// <summary>What a process runs; null if that has no name, or it has ended.</summary>
    public ProcessIdentity? Of(int pid)
    {
        var arguments = new Arguments(proc.Read(pid, "cmdline").Split('\0'));
        VmMonitor monitor = Monitors.Of(arguments);
        string? told = monitor.NameIn(arguments);
        string cgroups = proc.Read(pid, "cgroup");
        PodCgroup? pod = PodCgroup.In(cgroups);
        // kata names its VM after the id of the pod's sandbox, and may run it outside of the pod's cgroup.
        if (Sandbox().Match(told ?? "") is { Success: true } sandbox)
            return OfPod(pod ?? new PodCgroup(null, sandbox.Groups[1].Value), null, VmManagers.Kata);
        if (pod is not null)
            return OfPod(pod, told ?? QemuCommandLine.UuidIn(arguments), VmManagers.Kubernetes);
        if (MachineCgroup.NameIn(cgroups) is { } machine)
            return Identity(told ?? machine, VmManagers.Libvirt);
        if ((told ?? QemuCommandLine.UuidIn(arguments)) is { } name)
            return Identity(name, monitor.ManagerIn(arguments));
        return SystemdUnit.NameIn(cgroups) is { } unit ? Identity(unit, VmManagers.Systemd) : null;

        ProcessIdentity OfPod(PodCgroup cgroup, string? own, string manager)
        {
            PodName? name = _pods.NameOf(cgroup);
            // KubeVirt's name of a domain is NAMESPACE_NAME; neither may contain an underscore.
            if (own?.Split('_') is [{ Length: > 0 } space, { Length: > 0 } vmi] && (name is null || name.Namespace == space))
                return Identity($"{space}/{vmi}", VmManagers.KubeVirt, space, name?.Name);
            string unnamed = cgroup.Uid is { } uid ? $"pod {uid}" : $"sandbox {cgroup.Container}";
            return name is null
                ? Identity(own ?? unnamed, manager)
                : Identity($"{name.Namespace}/{own ?? name.Name}", manager, name.Namespace, name.Name);
        }

        ProcessIdentity Identity(string name, string? manager, string? space = null, string? podName = null) =>
            new(pid, Printable.Clean(name), manager, Clean(space), Clean(podName));
    }

    private static string? Clean(string? text) => text is null ? null : Printable.Clean(text);

    [GeneratedRegex("^(?:sandbox-)?([0-9a-f]{64})$")]
    private static partial Regex Sandbox();
}
