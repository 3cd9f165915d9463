using Profiler.Core.Facts;

namespace Profiler.Core.Findings;

/// <summary>
/// How long a process may take from its SIGTERM until it is gone, by the one who stops it. libvirt's limits depend on the number of
/// devices and cannot be set: <see cref="LibvirtLimits"/>. Of those that can be set only the defaults are known: a host does not show
/// what is set.
/// </summary>
/// <param name="Time">The limit.</param>
/// <param name="Manager">Who sends SIGKILL then, as sentences name it; null if it is the reader's own limit.</param>
/// <param name="Setting">What sets it, if <paramref name="Time"/> is only the default; null if nothing does, and for the reader's own limit.</param>
public sealed record StopLimit(TimeSpan Time, string? Manager = null, string? Setting = null)
{
    /// <summary>Kubernetes, also for the VMs of KubeVirt and kata: DefaultTerminationGracePeriodSeconds in its core/v1 API.</summary>
    public static readonly StopLimit Kubernetes = new(TimeSpan.FromSeconds(30), "Kubernetes", "terminationGracePeriodSeconds");

    /// <summary>systemd, for a service: DefaultTimeoutStopSec in systemd-system.conf(5).</summary>
    public static readonly StopLimit Systemd = new(TimeSpan.FromSeconds(90), "systemd", "TimeoutStopSec");

    /// <summary>
    /// Proxmox, which asks QEMU to quit before (60 s, or as told) and then sends SIGTERM: _do_vm_stop in PVE/QemuServer.pm of its
    /// qemu-server.
    /// </summary>
    public static readonly StopLimit Proxmox = new(TimeSpan.FromSeconds(10), "Proxmox");

    /// <summary>The limit of a manager, see <see cref="VmManagers"/>; null if it has none that is known.</summary>
    public static StopLimit? Of(string? manager) => manager switch
    {
        VmManagers.Kubernetes or VmManagers.KubeVirt or VmManagers.Kata => Kubernetes,
        VmManagers.Systemd => Systemd,
        VmManagers.Proxmox => Proxmox,
        _ => null,
    };
}
