using System.Globalization;
using System.Text;
using Profiler.Core.Wire;

namespace Profiler.Host.Processes;

/// <summary>
/// Processes, as procfs shows them. One that is gone, or not ours to look into, has nothing: it may go at any moment,
/// so whoever asks has to do with that anyway.
/// </summary>
/// <param name="root">Where procfs is.</param>
public sealed class ProcFs(string root = "/proc")
{
    /// <summary>All processes.</summary>
    public IEnumerable<int> Processes() => Numbers(root);

    /// <summary>A process's name for itself, made printable.</summary>
    public string CommOf(int pid) => Printable.Clean(Read(pid, "comm").TrimEnd());

    /// <summary>
    /// When a process began, clock ticks since the machine did; null if it is gone. With its number it is one process and
    /// no other: numbers come again.
    /// </summary>
    public long? StartOf(int pid) => StatOf(pid)?.Start;

    /// <summary>A process, or one of its threads; null if it is gone.</summary>
    public TaskStat? StatOf(int pid, int? thread = null)
    {
        // Fields of proc(5)'s stat, from the third on: the second may have anything in it, but for what ends it.
        string stat = Read(pid, thread is { } tid ? $"task/{tid}/stat" : "stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int flags = 9 - 3, startTime = 22 - 3;
        return fields.Length > startTime && long.TryParse(fields[startTime], CultureInfo.InvariantCulture, out long start) &&
               uint.TryParse(fields[flags], CultureInfo.InvariantCulture, out uint bits) ? new TaskStat(bits, start) : null;
    }

    /// <summary>A process's threads; none if it is gone.</summary>
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

    /// <summary>What a process has open; without root, only those of the same user tell.</summary>
    public IReadOnlyList<(string Fd, string Target)> DescriptorsOf(int pid)
    {
        if (Descriptors($"{root}/{pid}/fd") is { Count: > 0 } open)
            return open;
        // The first thread may be gone and leave the process to the others: they have the files.
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

    /// <summary>One of a process's files; empty if there is none.</summary>
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

/// <summary>What proc(5)'s stat says of a task.</summary>
/// <param name="Flags">PF_… of include/linux/sched.h.</param>
/// <param name="Start">When it began, clock ticks since the machine did.</param>
public readonly record struct TaskStat(uint Flags, long Start)
{
    private const uint PfExiting = 0x4, PfKthread = 0x200000;

    /// <summary>It is in do_exit, or past it.</summary>
    public bool IsExiting => (Flags & PfExiting) != 0;

    public bool IsKernelThread => (Flags & PfKthread) != 0;
}
