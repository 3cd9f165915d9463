using Profiler.Core.Facts;
using Profiler.Core.Spans;

namespace Profiler.Core.WhatIf;

/// <summary>How long FLRs take on this host, from those that were seen to succeed.</summary>
internal sealed class FlrTimes
{
    /// <summary>What the kernel waits for each of them (pcie_flr), and what a device may take (PCIe base specification 6.0, 6.6.2).</summary>
    public const long DocumentedNs = 100_000_000;

    private readonly IReadOnlyDictionary<string, DeviceIdentity> _devices;
    private readonly ILookup<string, Reset> _ofDevice, _ofModel;

    public FlrTimes(IEnumerable<Reset> resets, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        _devices = devices;
        Reset[] flrs = [.. resets.Where(r => r is { Method: ResetMethod.Flr, Result: 0, FailedBefore.IsEmpty: true })];
        _ofDevice = flrs.ToLookup(r => r.Device);
        _ofModel = flrs.Where(r => Model(r.Device) is not null).ToLookup(r => Model(r.Device)!);
    }

    /// <summary>The median of the device's own, else of those of its model, nanoseconds; null if none was seen.</summary>
    public long? Of(string device) => Median(_ofDevice[device]) ?? (Model(device) is { } model ? Median(_ofModel[model]) : null);

    private string? Model(string bdf) => _devices.TryGetValue(bdf, out DeviceIdentity? d) ? $"{d.VendorId}:{d.DeviceId}" : null;

    private static long? Median(IEnumerable<Reset> resets)
    {
        long[] sorted = [.. resets.Select(r => r.Time.DurationNs).Order()];
        return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
    }
}
