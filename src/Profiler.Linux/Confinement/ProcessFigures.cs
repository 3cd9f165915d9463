using System.Globalization;

namespace Profiler.Linux.Confinement;

/// <summary>What a process takes, by /proc.</summary>
/// <param name="Cpu">User and system time; counted in hundredths of a second.</param>
/// <param name="VirtualBytes">Virtual memory.</param>
/// <param name="ResidentBytes">Resident memory; pages that it shares with others count.</param>
/// <param name="OpenFds">Open file descriptors.</param>
public readonly record struct ProcessFigures(TimeSpan Cpu, long VirtualBytes, long ResidentBytes, long OpenFds)
{
    /// <summary>USER_HZ: all of Linux shows times of processes in this unit.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>Those of a process, which may have ended but must not have been waited for.</summary>
    internal static ProcessFigures Of(int pid) => Of($"/proc/{pid}", CpuIn(File.ReadAllText($"/proc/{pid}/stat")));

    /// <summary>Those of this process, with its CPU time to the nanosecond. Not by Process, which reads every thread for each value.</summary>
    public static ProcessFigures OfThis()
    {
        ProcessFigures all = Of("/proc/self", Environment.CpuUsage.TotalTime);
        return all with { OpenFds = all.OpenFds - 1 }; // minus the one that reads the folder
    }

    /// <summary>utime and stime of a line of /proc/PID/stat: the 12th and 13th field after the name, which may contain anything.</summary>
    internal static TimeSpan CpuIn(string stat)
    {
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((double)(Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
    }

    public static ProcessFigures operator +(ProcessFigures a, ProcessFigures b) =>
        new(a.Cpu + b.Cpu, a.VirtualBytes + b.VirtualBytes, a.ResidentBytes + b.ResidentBytes, a.OpenFds + b.OpenFds);

    // "66088 17500 …": pages, and resident pages.
    private static ProcessFigures Of(string folder, TimeSpan cpu)
    {
        string[] pages = File.ReadAllText($"{folder}/statm").Split(' ');
        return new ProcessFigures(cpu, Bytes(pages[0]), Bytes(pages[1]), Fds(folder));
    }

    private static long Bytes(string pages) => Number(pages) * Environment.SystemPageSize;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static long Fds(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"{folder}/fd").Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // it has ended, and has none any more
        }
    }
}
