using System.Collections.Immutable;
using Profiler.Core.Findings;

namespace Profiler.Core.Statistics;

/// <summary>A finding about one device, as one virtual machine (or process) had it.</summary>
/// <param name="Finding">Its id.</param>
/// <param name="Device">PCI address or name.</param>
/// <param name="Vm">The machine's name, or else its process's.</param>
/// <param name="Count">How often.</param>
/// <param name="Last">The end of the last shutdown that gave reason for it.</param>
public readonly record struct DeviceFinding(string Finding, string Device, string Vm, long Count, DateTimeOffset Last);

/// <summary>
/// Findings by device. Only those that say that something is wrong with a device: the others are about how a shutdown
/// goes about its devices, and would name all of them. Not thread safe.
/// </summary>
/// <param name="limit">How many triples of finding, device and virtual machine are told apart.</param>
/// <param name="time">Tells who has not been seen for long.</param>
public sealed class DeviceFindings(int limit, TimeProvider time)
{
    private readonly BoundedSeries<(string Finding, string Device, string Vm), Totals> _totals =
        new(limit, (HostStatistics.Other, HostStatistics.Other, HostStatistics.Other), time);

    /// <summary>How often a triple had to share the one named other.</summary>
    public long Folded => _totals.Folded;

    /// <summary>Takes what was found about a shutdown.</summary>
    /// <param name="findings">All of it.</param>
    /// <param name="vm">The virtual machine's name.</param>
    /// <param name="end">When the shutdown was over.</param>
    public void Record(ImmutableArray<Finding> findings, string vm, DateTimeOffset end)
    {
        foreach (Finding finding in findings.Where(f => f.Kind.OfDevice))
        {
            foreach (string device in finding.Devices)
            {
                Totals totals = _totals[(finding.Id, device, vm)];
                totals.Count++;
                totals.Last = end > totals.Last ? end : totals.Last;
            }
        }
    }

    /// <summary>In order of finding, device, virtual machine.</summary>
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
