using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>Enables the kernel's run count and run time of all BPF programs until disposed (BPF_ENABLE_STATS, bpf(2)).</summary>
internal sealed class RunStatistics : IDisposable
{
    private const uint BPF_STATS_RUN_TIME = 0;

    private readonly SafeFileHandle _switch;

    private RunStatistics(int fd) => _switch = new SafeFileHandle(fd, ownsHandle: true);

    /// <exception cref="BpfException">The kernel refuses; the message has the reason.</exception>
    public static RunStatistics Enable()
    {
        int fd = LibBpf.bpf_enable_stats(BPF_STATS_RUN_TIME);
        return fd >= 0
            ? new RunStatistics(fd)
            : throw new BpfException(
                $"the kernel does not count what BPF programs cost: {Marshal.GetLastPInvokeErrorMessage()}; go without --bpf-stats");
    }

    /// <summary>The counts are enabled permanently by the administrator (sysctl kernel.bpf_stats_enabled).</summary>
    public static bool AlwaysOn() => File.ReadAllText("/proc/sys/kernel/bpf_stats_enabled").Trim() == "1";

    public void Dispose() => _switch.Dispose();
}
