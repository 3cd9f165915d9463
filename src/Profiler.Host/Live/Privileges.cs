using System.Globalization;
using Profiler.Core;

namespace Profiler.Host.Live;

/// <summary>Checks the privileges for tracing beforehand: the kernel's own answer is only EPERM, or none.</summary>
public static class Privileges
{
    private const int SysAdmin = 21, Perfmon = 38, Bpf = 39; // include/uapi/linux/capability.h

    private const string Lockdown = "/sys/kernel/security/lockdown", PidNamespace = "/proc/self/ns/pid";

    // Its inode is a constant of the kernel: PROC_PID_INIT_INO (include/linux/proc_ns.h).
    private const string InitialPidNamespace = "pid:[4026531836]";

    /// <exception cref="UserException">Capabilities are missing, the kernel is locked down, or other processes cannot be seen (3).</exception>
    public static void Demand()
    {
        if (Missing() is { Length: > 0 } missing)
            throw UserException.NotPossible($"tracing the kernel is not permitted ({missing} missing): run as root, with sudo for instance");
        // "none integrity [confidentiality]": then not even root may read kernel memory (kernel_lockdown.7).
        if (File.Exists(Lockdown) && File.ReadAllText(Lockdown).Contains("[confidentiality]", StringComparison.Ordinal))
            throw UserException.NotPossible($"kernel lockdown forbids tracing ({Lockdown}: confidentiality): boot with lockdown=integrity or without");
        DemandAllProcesses(new FileInfo(PidNamespace).LinkTarget);
    }

    // The kernel's programs tell process ids of the initial namespace. In another one they would be those of other processes.
    internal static void DemandAllProcesses(string? pidNamespace)
    {
        if (pidNamespace != InitialPidNamespace)
            throw UserException.NotPossible(
                "the host's processes cannot be seen from a PID namespace of its own: run on the host, or in a container with hostPID: true, --pid=host");
    }

    /// <exception cref="UserException">Kernel stacks of other processes cannot be read: that needs CAP_SYS_ADMIN in the first user namespace (3).</exception>
    public static void DemandRoot()
    {
        if ((Effective() & 1UL << SysAdmin) == 0)
            throw UserException.NotPossible("kernel stacks may be read by root only: run as root, with sudo for instance");
        DemandAllProcesses(new FileInfo(PidNamespace).LinkTarget);
    }

    /// <summary>The missing capabilities, separated by commas; empty if none. CAP_SYS_ADMIN includes the others.</summary>
    public static string Missing()
    {
        ulong effective = Effective();
        bool Has(int capability) => (effective & 1UL << capability) != 0;
        if (Has(SysAdmin))
            return "";
        // CAP_SYS_ADMIN itself is needed to read the type information of modules.
        return string.Join(", ", new[] { ("CAP_BPF", Bpf), ("CAP_PERFMON", Perfmon), ("CAP_SYS_ADMIN", SysAdmin) }
            .Where(c => !Has(c.Item2)).Select(c => c.Item1));
    }

    private static ulong Effective()
    {
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null && ulong.TryParse(line[7..].Trim(), NumberStyles.HexNumber, null, out ulong bits) ? bits : 0;
    }
}
