using System.Collections.Immutable;
using Profiler.Core.Facts;

namespace Profiler.Host.Vms;

/// <summary>A monitor, or a user of VFIO that is none.</summary>
/// <param name="Is">Whether a command line is its.</param>
/// <param name="NameIn">The name that it was told; null if it was told none.</param>
/// <param name="ManagerIn">Who started it, see <see cref="VmManagers"/>, if it was neither a pod nor libvirt with a cgroup; null if unknown.</param>
internal sealed record VmMonitor(Func<Arguments, bool> Is, Func<Arguments, string?> NameIn, Func<Arguments, string?> ManagerIn);

/// <summary>All monitors: one line for each.</summary>
internal static class Monitors
{
    // Names that say nothing about the VM; the directory does.
    private static readonly ImmutableArray<string> GenericSockets = ["api", "ch", "ch-api", "clh-api", "cloud-hypervisor", "crosvm"];

    private static readonly ImmutableArray<VmMonitor> All =
    [
        // libvirt's driver for cloud-hypervisor has its sockets in a directory of libvirt's.
        new(Program("cloud-hypervisor"), a => OfSocket(a.ValueOf("api-socket")), a => IsOfLibvirt(a.ValueOf("api-socket")) ? VmManagers.Libvirt : VmManagers.Other),
        new(Program("crosvm"), a => a.ValueOf("name") ?? OfSocket(a.ValueOf("socket") ?? a.ValueOf("s")), Other),
        new(Program("firecracker"), a => a.ValueOf("id"), Other),
        // SPDK: the shared memory id tells its instances apart; its threads are called after reactors.
        new(Program("spdk_tgt", "nvmf_tgt", "iscsi_tgt", "vhost"), a => (a.ValueOf("shm-id") ?? a.ValueOf("i")) is { } id ? $"{a.Program}-{id}" : a.Program, Other),
        // DPDK, in whatever program: the prefix of its files tells its instances apart.
        new(a => a.ValueOf("file-prefix") is not null, a => a.ValueOf("file-prefix"), Other),
        // QEMU has many names: qemu-system-x86_64, qemu-kvm, kvm, or that of a wrapper. Proxmox numbers its VMs; nobody else gives it an -id.
        new(_ => true, QemuCommandLine.NameIn, a => IsNumber(a.ValueOf("id")) ? VmManagers.Proxmox : null),
    ];

    /// <summary>The monitor with a command line; QEMU's, if it is no other's.</summary>
    public static VmMonitor Of(Arguments arguments) => All.First(m => m.Is(arguments));

    // Builds have suffixes: firecracker-v1.7.0-x86_64, cloud-hypervisor-static.
    private static Func<Arguments, bool> Program(params string[] programs) =>
        a => programs.Any(p => a.Program == p || a.Program.StartsWith($"{p}-", StringComparison.Ordinal));

    private static string? Other(Arguments arguments) => VmManagers.Other;

    private static bool IsOfLibvirt(string? socket) => socket?.Contains("/libvirt/", StringComparison.Ordinal) == true;

    private static bool IsNumber(string? id) => id?.All(char.IsAsciiDigit) == true;

    // [path=]/run/vm/web-1.sock, /run/libvirt/ch/web-1-socket, /run/vc/vm/ID/clh-api.sock; not fd=3.
    private static string? OfSocket(string? value)
    {
        if (value is null || value.StartsWith("fd=", StringComparison.Ordinal))
            return null;
        string path = value.StartsWith("path=", StringComparison.Ordinal) ? value[5..].Split(',')[0] : value;
        string name = Path.GetFileName(path);
        foreach (string suffix in new[] { ".sock", ".socket", "-socket" })
            name = name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;
        if (GenericSockets.Contains(name))
            name = Path.GetFileName(Path.GetDirectoryName(path)) ?? "";
        return name.Length == 0 ? null : name;
    }
}
