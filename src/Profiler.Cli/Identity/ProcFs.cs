using System.Globalization;
using System.Text;
using Profiler.Core.Wire;

namespace Profiler.Cli.Identity;

/// <summary>
/// Processes, as procfs shows them. One that is gone, or not ours to look into, has nothing: it may go at any moment,
/// so whoever asks has to do with that anyway.
/// </summary>
/// <param name="root">Where procfs is.</param>
internal sealed class ProcFs(string root = "/proc")
{
    /// <summary>All processes.</summary>
    public IEnumerable<int> Processes() => Directory.EnumerateDirectories(root)
        .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(pid => pid > 0);

    /// <summary>A process's name for itself, made printable.</summary>
    public string CommOf(int pid) => Printable.Clean(Read(pid, "comm").TrimEnd());

    /// <summary>
    /// When a process began, clock ticks since the machine did; null if it is gone. With its number it is one process and
    /// no other: numbers come again.
    /// </summary>
    public long? StartOf(int pid)
    {
        // Fields of proc(5)'s stat, from the third on: the second may have anything in it, but for what ends it.
        string stat = Read(pid, "stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int startTime = 22 - 3;
        return fields.Length > startTime && long.TryParse(fields[startTime], CultureInfo.InvariantCulture, out long start) ? start : null;
    }

    /// <summary>What a process has open; without root, only those of the same user tell.</summary>
    public IReadOnlyList<(string Fd, string Target)> DescriptorsOf(int pid)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries($"{root}/{pid}/fd")
                    .Select(fd => (Path.GetFileName(fd), new FileInfo(fd).LinkTarget ?? "")),
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
