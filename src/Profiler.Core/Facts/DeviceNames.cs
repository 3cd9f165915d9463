namespace Profiler.Core.Facts;

/// <summary>How every output names the model of a device.</summary>
public static class DeviceNames
{
    /// <summary>Vendor and device, as far as their names are known: <c>Intel Corporation 82574L …</c>, <c>Intel Corporation
    /// [8086:10d3]</c>, <c>[8086:10d3]</c>.</summary>
    public static string Of(DeviceIdentity device)
    {
        string ids = $"[{device.VendorId}:{device.DeviceId}]";
        return device.Vendor is null ? ids : $"{device.Vendor} {device.Device ?? ids}";
    }
}
