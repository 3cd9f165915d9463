using System.Collections.Immutable;
using Profiler.Core.Findings;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>How many devices and virtual machines are told apart.</summary>
/// <param name="Devices">Pairs of a device and who released it.</param>
/// <param name="Vms">Virtual machines, and other processes by their names.</param>
public readonly record struct StatisticsLimits(int Devices, int Vms);

/// <summary>
/// What a host's devices and virtual machines amount to, one by one, in bounded memory. Fed by one thread at a time,
/// as the pipeline does; asked under the pipeline's gate, so that it is of the same moment as the rest.
/// </summary>
public sealed class HostStatistics
{
    /// <summary>What a limit folds away is counted for a device, or a virtual machine, of this name.</summary>
    public const string Other = "other";

    private readonly Surroundings _surroundings;
    private readonly Func<long, DateTimeOffset> _wallClock;
    private readonly BoundedSeries<string, VmTotals> _vms;
    private readonly BoundedSeries<(string Device, string Vm), DeviceTotals> _devices;
    private readonly FindingCounts _findings = new();
    private readonly Exemplars _exemplars;
    private double? _libvirtFailureDevices;

    /// <param name="limits">How many are told apart.</param>
    /// <param name="exemplarBoundsNs">Upper bounds of the histograms that want exemplars, inclusive, ascending, nanoseconds.</param>
    /// <param name="surroundings">What is known beside the events; may grow.</param>
    /// <param name="wallClock">What time it was at a CLOCK_MONOTONIC of the events, nanoseconds.</param>
    /// <param name="time">Tells who has not been seen for long.</param>
    public HostStatistics(
        StatisticsLimits limits, ImmutableArray<long> exemplarBoundsNs, Surroundings surroundings,
        Func<long, DateTimeOffset> wallClock, TimeProvider time)
    {
        (_surroundings, _wallClock) = (surroundings, wallClock);
        _vms = new BoundedSeries<string, VmTotals>(limits.Vms, Other, time);
        _devices = new BoundedSeries<(string, string), DeviceTotals>(limits.Devices, (Other, Other), time);
        _exemplars = new Exemplars(exemplarBoundsNs);
    }

    /// <summary>Takes what is over.</summary>
    public void Record(Activity activity)
    {
        if (activity is not Operation operation)
            return;
        if (operation.Kind == OperationKind.Open)
        {
            _findings.Opened(operation);
            _exemplars.Record(operation, _wallClock);
            return;
        }
        DeviceTotals device = _devices[(operation.Device, _vms.Admit(NameOf(operation.Task.Tgid, operation.Process)))];
        device.Releases++;
        device.ReleaseNs += operation.Time.DurationNs;
        device.LastNs = operation.Time.DurationNs;
    }

    /// <summary>Takes a shutdown that is over.</summary>
    public void Record(Shutdown shutdown)
    {
        ShutdownPhases phases = shutdown.Phases;
        VmTotals vm = _vms[NameOf(shutdown.Task.Tgid, shutdown.Task.Comm)];
        vm.Last = new LastShutdown(
            shutdown.Time.DurationNs, shutdown.Releases.Length + shutdown.Unreleased.Length,
            _wallClock(shutdown.Time.EndNs), phases);
        _findings.Concluded(shutdown, _surroundings);
        _exemplars.Record(shutdown, _wallClock);
        if (_surroundings.VmNames.ContainsKey(shutdown.Task.Tgid) && LibvirtProjection.FailureDevices(shutdown) is { } devices)
            _libvirtFailureDevices = devices;
    }

    /// <summary>The picture of this moment.</summary>
    public HostStatisticsSnapshot Snapshot() => new(
        [
            .. _devices.All()
                .Select(d => new DeviceSnapshot(d.Key.Device, d.Key.Vm, d.Value.Releases, d.Value.ReleaseNs, d.Value.LastNs))
                .OrderBy(d => d.Device, StringComparer.Ordinal).ThenBy(d => d.Vm, StringComparer.Ordinal),
        ],
        [
            .. _vms.All()
                .Where(v => v.Value.Last is not null)
                .Select(v => KeyValuePair.Create(v.Key, v.Value.Last!))
                .OrderBy(v => v.Key, StringComparer.Ordinal),
        ],
        _findings.Snapshot(), _exemplars.Snapshot(), _libvirtFailureDevices, _devices.Folded, _vms.Folded);

    private string NameOf(int tgid, string comm) => _surroundings.VmNames.GetValueOrDefault(tgid) ?? comm;

    private sealed class DeviceTotals
    {
        public long Releases { get; set; }

        public long ReleaseNs { get; set; }

        public long LastNs { get; set; }
    }

    private sealed class VmTotals
    {
        public LastShutdown? Last { get; set; }
    }
}
