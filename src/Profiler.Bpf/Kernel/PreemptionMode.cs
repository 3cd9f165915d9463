namespace Profiler.Bpf.Kernel;

/// <summary>
/// How the kernel was told to preempt, where that can be chosen when it boots (826bfeb37bb4 "preempt/dynamic: Support dynamic
/// preempt with preempt= boot option", 5.12).
/// </summary>
internal static class PreemptionMode
{
    /// <summary>Threads are not preempted in kernel mode. False also if that is not known.</summary>
    public static bool IsVoluntary()
    {
        try
        {
            return Debugfs.Find("sched/preempt") is { } path && IsVoluntary(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The same of the file's content; the mode in use is in brackets: "none (voluntary) full".</summary>
    internal static bool IsVoluntary(string modes) =>
        modes.Contains("(none)", StringComparison.Ordinal) || modes.Contains("(voluntary)", StringComparison.Ordinal);
}
