using System.Collections.Immutable;
using Profiler.Core.Findings;

namespace Profiler.Core.Statistics;

/// <summary>A finding about one device of one VM or process.</summary>
/// <param name="Finding">Its id.</param>
/// <param name="Device">PCI address or name.</param>
/// <param name="Vm">The name of the VM, else of the process.</param>
/// <param name="Count">How often it was found.</param>
/// <param name="Last">End of the last shutdown with this finding.</param>
public readonly record struct DeviceFinding(string Finding, string Device, string Vm, long Count, DateTimeOffset Last);

/// <summary>
/// Findings by device: only those that say that a device is faulty or not free. The others are about all devices of a shutdown. Not
/// thread safe.
/// </summary>
/// <param name="limit">Maximum number of combinations of finding, device and VM; the rest is aggregated as "other".</param>
/// <param name="time">The clock after which unused combinations are removed.</param>
public sealed class DeviceFindings(int limit, TimeProvider time)
{
    private readonly BoundedSeries<(string Finding, string Device, string Vm), Totals> _totals =
        new(limit, (HostStatistics.Other, HostStatistics.Other, HostStatistics.Other), time);

    /// <summary>How often a combination was aggregated as "other".</summary>
    public long Folded => _totals.Folded;

    /// <summary>Counts the findings about a shutdown.</summary>
    /// <param name="findings">All of them.</param>
    /// <param name="vm">The name of the VM.</param>
    /// <param name="end">The end of the shutdown.</param>
    public void Record(IReadOnlyList<Finding> findings, string vm, DateTimeOffset end)
    {
        for (int i = 0; i < findings.Count; i++)
        {
            Finding finding = findings[i];
            if (!finding.Kind.OfDevice)
                continue;
            foreach (string device in finding.Devices)
            {
                Totals totals = _totals[(finding.Id, device, vm)];
                totals.Count++;
                totals.Last = end > totals.Last ? end : totals.Last;
            }
        }
    }

    /// <summary>In order of finding, device, VM.</summary>
    public ImmutableArray<DeviceFinding> Snapshot() =>
    [
        .. _totals.All()
            .Select(t => new DeviceFinding(t.Key.Finding, t.Key.Device, t.Key.Vm, t.Value.Count, t.Value.Last))
            .OrderBy(f => f.Finding, StringComparer.Ordinal)
            .ThenBy(f => f.Device, StringComparer.Ordinal)
            .ThenBy(f => f.Vm, StringComparer.Ordinal),
    ];

    private sealed class Totals
    {
        public long Count { get; set; }

        public DateTimeOffset Last { get; set; }
    }
}
