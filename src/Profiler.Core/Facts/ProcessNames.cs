using Profiler.Core.Spans;

namespace Profiler.Core.Facts;

/// <summary>How every output names a process: by its VM, else by its own name.</summary>
public static class ProcessNames
{
    /// <summary>"web-1 (pid 4711)", or "qemu-system-x86 (pid 4711)".</summary>
    public static string Of(int pid, string comm, string? vm) => $"{vm ?? comm} (pid {pid})";

    /// <summary>The same of a thread's process.</summary>
    public static string Of(TaskId task, IReadOnlyDictionary<int, string> vmNames) =>
        Of(task.Tgid, task.Comm, vmNames.GetValueOrDefault(task.Tgid));

    /// <summary>"SIGTERM from libvirtd (pid 50)".</summary>
    public static string Sent(string signal, int pid, string comm) => $"{signal} from {Of(pid, comm, null)}";
}
