using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Profiler.Cli.Metrics;

/// <summary>What this process uses, as all Prometheus clients tell it.</summary>
/// <param name="Cpu">User and system.</param>
/// <param name="ResidentBytes">Memory it has.</param>
/// <param name="VirtualBytes">Addresses it has.</param>
/// <param name="OpenFds">File descriptors.</param>
/// <param name="MaxFds">How many it may have; null if there is no limit.</param>
/// <param name="Start">When it began.</param>
/// <param name="AllocatedBytes">On the managed heap, ever.</param>
/// <param name="Collections">By generation.</param>
internal sealed record ProcessUsage(
    TimeSpan Cpu, long ResidentBytes, long VirtualBytes, long OpenFds, long? MaxFds, DateTimeOffset Start,
    long AllocatedBytes, ImmutableArray<long> Collections)
{
    /// <summary>Of this process, now.</summary>
    public static ProcessUsage Now()
    {
        using var process = Process.GetCurrentProcess();
        return new ProcessUsage(
            process.TotalProcessorTime, process.WorkingSet64, process.VirtualMemorySize64,
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1, // but for the one that reads the folder
            OpenFilesLimit(), process.StartTime, GC.GetTotalAllocatedBytes(),
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => (long)GC.CollectionCount(generation))]);
    }

    // "Max open files            1024                 524288               files": the soft limit comes first.
    private static long? OpenFilesLimit() => File.ReadLines("/proc/self/limits")
        .Where(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Select(line => line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])
        .Select(soft => long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : (long?)null)
        .FirstOrDefault();
}
