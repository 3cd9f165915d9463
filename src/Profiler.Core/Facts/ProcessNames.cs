using Profiler.Core.Spans;

namespace Profiler.Core.Facts;

/// <summary>How a process is called: by its virtual machine, else by itself.</summary>
public static class Processes
{
    /// <summary>"web-1 (4711)", or "qemu-system-x86 (4711)".</summary>
    public static string Name(TaskId task, IReadOnlyDictionary<int, string> vmNames) =>
        $"{vmNames.GetValueOrDefault(task.Tgid) ?? task.Comm} ({task.Tgid})";
}
