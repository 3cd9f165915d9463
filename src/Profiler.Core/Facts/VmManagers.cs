namespace Profiler.Core.Facts;

/// <summary>Who starts and stops VMs, and other processes with VFIO devices.</summary>
public static class VmManagers
{
    public const string Libvirt = "libvirt";

    /// <summary>Kubernetes with KubeVirt, which runs a libvirt in each pod.</summary>
    public const string KubeVirt = "kubevirt";

    /// <summary>Kubernetes with kata-containers.</summary>
    public const string Kata = "kata";

    /// <summary>Kubernetes, a container of a pod.</summary>
    public const string Kubernetes = "kubernetes";

    public const string Proxmox = "proxmox";

    public const string Systemd = "systemd";

    /// <summary>None of these: a monitor that was started in another way.</summary>
    public const string Other = "other";

    /// <summary>Whether libvirt stops it, or may: QEMU does not tell who started it.</summary>
    public static bool HasLibvirt(string? manager) => manager is null or Libvirt or KubeVirt;
}
