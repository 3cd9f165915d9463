using System.Text.Json.Serialization;

namespace Profiler.Core.Facts;

/// <summary>A PCIe link as it was negotiated.</summary>
/// <param name="Speed">Of each lane, GT/s.</param>
/// <param name="Width">Lanes.</param>
public sealed record DeviceLink(double Speed, int Width);

/// <summary>
/// A device that was reset and then was worse than before: it does not answer, or its link is slower or narrower. Of a device that was not
/// worse, or that could not be looked at because it sleeps, there is no such fact.
/// </summary>
/// <param name="Bdf">The device.</param>
/// <param name="Operation">What was done to it: release, open, device_reset or hot_reset.</param>
/// <param name="Tgid">The process that did.</param>
/// <param name="Process">The name of that process, printable.</param>
/// <param name="EndNs">The end of that operation, CLOCK_MONOTONIC.</param>
/// <param name="Before">The link before; null if the device does not answer.</param>
/// <param name="After">The link after it; null likewise.</param>
public sealed record ResetDamage(
    string Bdf,
    string Operation,
    int Tgid,
    string Process,
    long EndNs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DeviceLink? Before = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DeviceLink? After = null) : Fact;
