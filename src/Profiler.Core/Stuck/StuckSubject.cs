using System.Collections.Immutable;

namespace Profiler.Core.Stuck;

/// <summary>What is asked about: a process, a device or a VM; everything if none of them is given.</summary>
public sealed record StuckSubject(int? Pid = null, string? Device = null, string? Vm = null)
{
    /// <summary>The part of an answer that is about it. Those for whom its threads wait are named in their waits.</summary>
    /// <returns>Null if nothing is.</returns>
    public StuckAnswer? Of(StuckAnswer answer)
    {
        if (this == new StuckSubject())
            return answer;
        ImmutableArray<StuckDevice> devices = [.. answer.Devices.Where(d => Device is null ? d.Users.Any(u => IsOf(u.Process)) : d.Identity.Bdf == Device)];
        ImmutableArray<StuckThread> threads =
        [
            .. answer.Threads.Where(t => Device is null ? IsOf(t.Process)
                : t.Device is { } its ? its.Bdf == Device : devices.Any(d => d.Users.Any(u => u.Process.Pid == t.Process.Pid))),
        ];
        return devices.IsEmpty && threads.IsEmpty ? null : answer with { Threads = threads, Devices = devices };
    }

    private bool IsOf(ProcessLook process) => Pid is { } pid ? process.Pid == pid : process.Vm == Vm;
}
