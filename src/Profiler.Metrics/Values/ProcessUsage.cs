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
        ProcessFigures both = ProcessFigures.OfThis() + other;
        return new ProcessUsage(
            both.Cpu, both.ResidentBytes, both.VirtualBytes, both.OpenFds,
            ProcessLimits.Soft("Max open files"), Began, GC.GetTotalAllocatedBytes(),
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => (long)GC.CollectionCount(generation))], Boot);
    }

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
