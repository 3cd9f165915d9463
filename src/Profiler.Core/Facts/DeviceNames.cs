namespace Profiler.Core.Facts;

/// <summary>How every output names the model of a device.</summary>
public static class DeviceNames
{
    /// <summary>Vendor and device, as far as their names are known: <c>Intel Corporation 82574L …</c>, <c>Intel Corporation
    /// [8086:10d3]</c>, <c>[8086:10d3]</c>.</summary>
    public static string Of(DeviceIdentity device)
    {
        string ids = $"[{Id(device)}]";
        return device.Vendor is null ? ids : $"{device.Vendor} {device.Device ?? ids}";
    }

    /// <summary>The same as the label of a metric: <c>NVIDIA Corporation GA100 [A100 SXM4 40GB]</c>, else <c>10de:20b0</c>.</summary>
    public static string Label(DeviceIdentity device) => device is { Vendor: { } vendor, Device: { } name } ? $"{vendor} {name}" : Id(device);

    /// <summary>Its PCI ids: <c>10de:20b0</c>.</summary>
    public static string Id(DeviceIdentity device) => $"{device.VendorId}:{device.DeviceId}";
}
