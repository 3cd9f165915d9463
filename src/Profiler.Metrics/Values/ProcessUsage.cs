using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Profiler.Metrics.Values;

/// <summary>What this process uses, as all Prometheus clients tell it.</summary>
/// <param name="Cpu">User and system.</param>
/// <param name="ResidentBytes">Memory it has.</param>
/// <param name="VirtualBytes">Addresses it has.</param>
/// <param name="OpenFds">File descriptors.</param>
/// <param name="MaxFds">How many it may have; null if there is no limit.</param>
/// <param name="Start">When it began.</param>
/// <param name="AllocatedBytes">On the managed heap, ever.</param>
/// <param name="Collections">By generation.</param>
/// <param name="HostBoot">When the host was started; null if unknown.</param>
public sealed record ProcessUsage(
    TimeSpan Cpu, long ResidentBytes, long VirtualBytes, long OpenFds, long? MaxFds, DateTimeOffset Start,
    long AllocatedBytes, ImmutableArray<long> Collections, DateTimeOffset? HostBoot = null)
{
    private static readonly DateTimeOffset Began = StartOfThis();
    private static readonly DateTimeOffset? Boot = StartOfHost();

    /// <summary>Of this process, now.</summary>
    public static ProcessUsage Now()
    {
        // Not by Process, which looks at each of our threads to tell any of it. "66088 17500 …": pages, of which resident.
        string[] pages = File.ReadAllText("/proc/self/statm").Split(' ');
        return new ProcessUsage(
            Environment.CpuUsage.TotalTime, Bytes(pages[1]), Bytes(pages[0]),
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1, // but for the one that reads the folder
            OpenFilesLimit(), Began, GC.GetTotalAllocatedBytes(),
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

    // "Max open files            1024                 524288               files": the soft limit comes first.
    private static long? OpenFilesLimit() => File.ReadLines("/proc/self/limits")
        .Where(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Select(line => line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])
        .Select(soft => long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : (long?)null)
        .FirstOrDefault();
}
