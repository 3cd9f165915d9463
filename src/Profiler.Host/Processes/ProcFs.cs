using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Profiler.Core.Wire;

namespace Profiler.Host.Processes;

/// <summary>
/// Processes in procfs. A process that has ended, or may not be inspected, yields empty results: it may end at any moment, so
/// callers have to handle that in any case.
/// </summary>
/// <param name="root">Where procfs is mounted.</param>
public sealed class ProcFs(string root = "/proc")
{
    /// <summary>All processes.</summary>
    public IEnumerable<int> Processes() => Numbers(root);

    /// <summary>The <c>comm</c> of a process, made printable.</summary>
    public string CommOf(int pid) => Printable.Clean(Read(pid, "comm").TrimEnd());

    /// <summary>
    /// Start time of a process, clock ticks since boot; null if it has ended. PIDs are reused: PID and start time together
    /// identify a process.
    /// </summary>
    public long? StartOf(int pid) => StatOf(pid)?.Start;

    /// <summary>A process, or one of its threads; null if it has ended.</summary>
    public TaskStat? StatOf(int pid, int? thread = null)
    {
        // Fields of proc(5)'s stat from the third on: the second, the name, may contain spaces and parentheses.
        string stat = Read(pid, thread is { } tid ? $"task/{tid}/stat" : "stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int state = 3 - 3, flags = 9 - 3, startTime = 22 - 3;
        return fields.Length > startTime && long.TryParse(fields[startTime], CultureInfo.InvariantCulture, out long start) &&
               uint.TryParse(fields[flags], CultureInfo.InvariantCulture, out uint bits) ? new TaskStat(bits, start, fields[state][0]) : null;
    }

    /// <summary>A process's threads; empty if it has ended.</summary>
    public IReadOnlyList<int> ThreadsOf(int pid)
    {
        try
        {
            return [.. Numbers($"{root}/{pid}/task")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The open files of a process; without root, only of processes of the same user.</summary>
    public IReadOnlyList<(string Fd, string Target)> DescriptorsOf(int pid)
    {
        if (Descriptors($"{root}/{pid}/fd") is { Count: > 0 } open)
            return open;
        // The first thread may have ended before the others, which then have the files.
        IReadOnlyList<int> threads = ThreadsOf(pid);
        return threads.Count < 2
            ? []
            : threads.Select(thread => Descriptors($"{root}/{pid}/task/{thread}/fd")).FirstOrDefault(fds => fds.Count > 0) ?? [];
    }

    private static IEnumerable<int> Numbers(string folder) => Directory.EnumerateDirectories(folder)
        .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int number) ? number : 0)
        .Where(number => number > 0);

    private static IReadOnlyList<(string Fd, string Target)> Descriptors(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(folder).Select(fd => (Path.GetFileName(fd), new FileInfo(fd).LinkTarget ?? "")),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Single threads end at any time; a process is exiting when all its threads are.</summary>
    public bool AllExit(int pid) => ThreadsOf(pid).All(thread => StatOf(pid, thread) is not { IsExiting: false });

    /// <summary>The kernel stack of a thread, innermost frame first; empty if it runs, has ended, or may not be read.</summary>
    public string[] StackOf(int pid, int thread) => Read(pid, $"task/{thread}/stack").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Bytes of a process's memory; fewer, or none, where it has no such memory.</summary>
    public byte[] Memory(int pid, long address, int count)
    {
        byte[] bytes = new byte[count];
        try
        {
            using SafeFileHandle memory = File.OpenHandle($"{root}/{pid}/mem");
            return bytes[..RandomAccess.Read(memory, bytes, address)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    /// <summary>The contents of a file of a process; empty if there is none.</summary>
    public string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"{root}/{pid}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>Fields of a task's stat, proc(5).</summary>
/// <param name="Flags">PF_… of include/linux/sched.h.</param>
/// <param name="Start">Start time, clock ticks since boot.</param>
/// <param name="State">R, S, D, T, t, X, Z or I.</param>
public readonly record struct TaskStat(uint Flags, long Start, char State)
{
    private const uint PfExiting = 0x4, PfKthread = 0x200000;

    /// <summary>It is in do_exit, or past it.</summary>
    public bool IsExiting => (Flags & PfExiting) != 0;

    public bool IsKernelThread => (Flags & PfKthread) != 0;
}
