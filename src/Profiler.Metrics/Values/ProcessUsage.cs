using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Profiler.Linux;
using Profiler.Linux.Confinement;

namespace Profiler.Metrics.Values;

/// <summary>Resource usage of this process: the standard process metrics of Prometheus clients.</summary>
/// <param name="Cpu">User and system CPU time.</param>
/// <param name="ResidentBytes">Resident memory.</param>
/// <param name="VirtualBytes">Virtual memory.</param>
/// <param name="OpenFds">Open file descriptors.</param>
/// <param name="MaxFds">Limit of file descriptors; null if unlimited.</param>
/// <param name="Start">Start time of the process.</param>
/// <param name="AllocatedBytes">Bytes allocated on the managed heap since the start.</param>
/// <param name="Collections">Garbage collections, by generation.</param>
/// <param name="HostBoot">Boot time of the host; null if unknown.</param>
public sealed record ProcessUsage(
    TimeSpan Cpu, long ResidentBytes, long VirtualBytes, long OpenFds, long? MaxFds, DateTimeOffset Start,
    long AllocatedBytes, ImmutableArray<long> Collections, DateTimeOffset? HostBoot = null)
{
    private static readonly DateTimeOffset Began = StartOfThis();
    private static readonly DateTimeOffset? Boot = StartOfHost();

    /// <summary>Reads the current usage of this process.</summary>
    /// <param name="other">What another process of this program takes: it is added.</param>
    public static ProcessUsage Now(ProcessFigures other = default)
    {
        // Not with Process, which reads every thread for each value. "66088 17500 …": pages, and resident pages.
        string[] pages = File.ReadAllText("/proc/self/statm").Split(' ');
        return new ProcessUsage(
            Environment.CpuUsage.TotalTime + other.Cpu, Bytes(pages[1]) + other.ResidentBytes, Bytes(pages[0]) + other.VirtualBytes,
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1 + other.OpenFds, // minus the one that reads the folder
            ProcessLimits.Soft("Max open files"), Began, GC.GetTotalAllocatedBytes(),
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => (long)GC.CollectionCount(generation))], Boot);
    }

    private static long Bytes(string pages) => long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private static DateTimeOffset StartOfThis()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime;
    }

    // "btime 1795334405": Unix time.
    private static DateTimeOffset? StartOfHost() => File.ReadLines("/proc/stat")
        .Where(line => line.StartsWith("btime ", StringComparison.Ordinal))
        .Select(line => long.TryParse(line["btime ".Length..], CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : (DateTimeOffset?)null)
        .FirstOrDefault();
}
