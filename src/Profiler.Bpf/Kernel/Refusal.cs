using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Kernel;

/// <summary>Why the kernel says EPERM to somebody who has the capabilities.</summary>
internal static class Refusal
{
    private const int BPF_MAP_TYPE_ARRAY = 2; // enum bpf_map_type (include/uapi/linux/bpf.h)

    /// <summary>What is wrong and what to do, in one line.</summary>
    public static string Explain() => Explain(ProcessLimits.Soft("Max locked memory"), MapsArePermitted);

    /// <inheritdoc cref="Explain()"/>
    /// <param name="lockedMemory">How much memory may be locked, in bytes; null if as much as there is.</param>
    /// <param name="mapsArePermitted">Whether a map is refused for its size only.</param>
    internal static string Explain(long? lockedMemory, Func<bool> mapsArePermitted) => lockedMemory is { } limit && mapsArePermitted()
        ? string.Create(CultureInfo.InvariantCulture,
            $"the kernel counts BPF maps as locked memory, and the limit of {limit >> 10} KiB is too low: ulimit -l unlimited ") +
          "(systemd: LimitMEMLOCK=infinity; in a container also: CAP_SYS_RESOURCE)"
        : "the kernel does not let us trace: run as root (CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN), " +
          "and see whether lockdown is on (/sys/kernel/security/lockdown)";

    // One that takes a page. Since 5.11 maps count for the cgroup, not as locked memory (3ac1f01b43b6 "bpf: Eliminate rlimit-based
    // memory accounting for bpf progs" and its series): then none is refused for its size.
    private static unsafe bool MapsArePermitted()
    {
        using var map = new SafeFileHandle(LibBpf.bpf_map_create(BPF_MAP_TYPE_ARRAY, "vfioscope_try", sizeof(uint), sizeof(uint), 1, 0), ownsHandle: true);
        return !map.IsInvalid;
    }
}
