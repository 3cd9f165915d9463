using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;

namespace Profiler.Core.Statistics;

/// <summary>What <see cref="HostStatistics"/> knew at one moment.</summary>
/// <param name="Devices">By device, then by who released it.</param>
/// <param name="Vms">The last shutdown of each, by name.</param>
/// <param name="Findings">How often each was found, all that there are.</param>
/// <param name="Exemplars">Of the histograms.</param>
/// <param name="LibvirtFailureDevices">See <see cref="Findings.LibvirtProjection"/>; null before the first shutdown that tells.</param>
/// <param name="DevicesFolded">Releases and findings that were counted for no device of their own.</param>
/// <param name="VmsFolded">Releases and shutdowns that were counted for no virtual machine of their own.</param>
public sealed record HostStatisticsSnapshot(
    ImmutableArray<DeviceSnapshot> Devices,
    ImmutableArray<KeyValuePair<string, LastShutdown>> Vms,
    ImmutableArray<KeyValuePair<string, long>> Findings,
    ExemplarsSnapshot Exemplars,
    double? LibvirtFailureDevices,
    long DevicesFolded,
    long VmsFolded)
{
    /// <summary>The last and the longest value of each histogram that has one.</summary>
    public IReadOnlyDictionary<HistogramKey, RecentDuration> Recent { get; init; } =
        new Dictionary<HistogramKey, RecentDuration>();

    /// <summary>Findings that say that something is wrong with a device, by device.</summary>
    public ImmutableArray<DeviceFinding> DeviceFindings { get; init; } = [];

    /// <summary>Shutdowns that had begun before the capture: of them only findings are counted.</summary>
    public long BeganBefore { get; init; }

    /// <summary>Shutdowns that were under way when the capture ended: of them only findings are counted.</summary>
    public long Unfinished { get; init; }
}

/// <summary>A device being released.</summary>
/// <param name="Device">PCI address or name.</param>
/// <param name="Vm">The machine's name, or else its process's.</param>
/// <param name="Start">When its release began.</param>
public readonly record struct ReleaseInFlight(string Device, string Vm, DateTimeOffset Start);

/// <summary>One device, as one virtual machine (or process) released it.</summary>
/// <param name="Device">PCI address or name.</param>
/// <param name="Vm">The machine's name, or else its process's.</param>
/// <param name="Releases">How often.</param>
/// <param name="ReleaseNs">In how many nanoseconds altogether.</param>
/// <param name="LastNs">And the last time.</param>
public readonly record struct DeviceSnapshot(string Device, string Vm, long Releases, long ReleaseNs, long LastNs)
{
    /// <summary>When the last release was over.</summary>
    public DateTimeOffset LastEnd { get; init; }
}

/// <summary>A shutdown in a few numbers.</summary>
/// <param name="WallNs">Nanoseconds from its beginning to its end.</param>
/// <param name="Devices">Those it had, released or not.</param>
/// <param name="End">When it was over.</param>
/// <param name="Phases">Where the time went.</param>
public sealed record LastShutdown(long WallNs, int Devices, DateTimeOffset End, ShutdownPhases Phases)
{
    /// <summary>When it was over, CLOCK_MONOTONIC.</summary>
    public long EndNs { get; init; }
}
