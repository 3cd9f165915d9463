using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary><see cref="HostStatistics"/> at one moment.</summary>
/// <param name="Devices">In order of device and VM.</param>
/// <param name="Vms">The last shutdown of each VM, by name.</param>
/// <param name="Findings">The count of every finding, by id.</param>
/// <param name="Exemplars">Of the histograms.</param>
/// <param name="LibvirtFailureDevices">See <see cref="Findings.LibvirtProjection"/>; null before the first shutdown that allows it.</param>
/// <param name="DevicesFolded">Releases and findings whose device was aggregated as "other".</param>
/// <param name="VmsFolded">Releases and shutdowns whose VM was aggregated as "other".</param>
public sealed record HostStatisticsSnapshot(
    ImmutableArray<DeviceSnapshot> Devices,
    ImmutableArray<KeyValuePair<string, LastShutdown>> Vms,
    ImmutableArray<FindingCount> Findings,
    ExemplarsSnapshot Exemplars,
    double? LibvirtFailureDevices,
    long DevicesFolded,
    long VmsFolded)
{
    /// <summary>The last and the longest recent value of each histogram that has one.</summary>
    public IReadOnlyDictionary<HistogramKey, RecentDuration> Recent { get; init; } =
        new Dictionary<HistogramKey, RecentDuration>();

    /// <summary>Findings that a device is faulty or not free, by device.</summary>
    public ImmutableArray<DeviceFinding> DeviceFindings { get; init; } = [];

    /// <summary>What decides how long shutdowns take.</summary>
    public StopTimesSnapshot StopTimes { get; init; } = StopTimesSnapshot.None;

    /// <summary>The last start of each VM that was seen from begin to end and succeeded, by name.</summary>
    public ImmutableArray<KeyValuePair<string, LastStart>> Starts { get; init; } = [];

    /// <summary>What the mappings for DMA of all starts did.</summary>
    public DmaMapping Mapped { get; init; }

    /// <summary>Memory that shutdowns unpinned, as far as known, bytes.</summary>
    public long UnpinnedBytes { get; init; }

    /// <summary>Shutdowns that began before the capture: only their findings are counted.</summary>
    public long BeganBefore { get; init; }

    /// <summary>Shutdowns that were not finished when the capture ended: only their findings are counted.</summary>
    public long Unfinished { get; init; }
}

/// <summary>A device being released.</summary>
/// <param name="Device">PCI address or name.</param>
/// <param name="Vm">The name of the VM, else of the process.</param>
/// <param name="Start">The begin of the release.</param>
public readonly record struct ReleaseInFlight(string Device, string Vm, DateTimeOffset Start);

/// <summary>Releases of one device by one VM or process.</summary>
/// <param name="Device">PCI address or name.</param>
/// <param name="Vm">The name of the VM, else of the process.</param>
/// <param name="Releases">Number of releases.</param>
/// <param name="ReleaseNs">Sum of their durations, nanoseconds.</param>
/// <param name="LastNs">Duration of the last one, nanoseconds.</param>
public readonly record struct DeviceSnapshot(string Device, string Vm, long Releases, long ReleaseNs, long LastNs)
{
    /// <summary>End of the last release.</summary>
    public DateTimeOffset LastEnd { get; init; }
}

/// <summary>The last start of a VM.</summary>
/// <param name="WallNs">Its duration, nanoseconds.</param>
/// <param name="Devices">Opened, or tried to.</param>
/// <param name="End">When it was over.</param>
/// <param name="Phases">Where its time went.</param>
public sealed record LastStart(long WallNs, int Devices, DateTimeOffset End, StartPhases Phases);

/// <summary>The last shutdown of a VM.</summary>
/// <param name="WallNs">Duration, nanoseconds.</param>
/// <param name="Devices">Number of devices, released or not.</param>
/// <param name="End">Its end.</param>
/// <param name="Phases">Where the time went.</param>
public sealed record LastShutdown(long WallNs, int Devices, DateTimeOffset End, ShutdownPhases Phases)
{
    /// <summary>Its end, CLOCK_MONOTONIC.</summary>
    public long EndNs { get; init; }
}
