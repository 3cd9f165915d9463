using System.Globalization;
using Profiler.Core.Facts;
using Profiler.Core.Names;

namespace Profiler.Core.Findings;

/// <summary>Devices that were worse after a reset than before.</summary>
public static class DamageFindings
{
    /// <summary>The finding about one device after one operation.</summary>
    /// <param name="damage">What was found.</param>
    /// <param name="facts">Names of processes.</param>
    public static Finding Of(ResetDamage damage, HostFacts facts) =>
        damage is { Before: { } before, After: { } after } ? Degraded(damage, before, after, facts) : Gone(damage, facts);

    private static Finding Gone(ResetDamage damage, HostFacts facts) => new(FindingKinds.DeviceGone, () => new FindingDetails(
        $"{damage.Bdf} does not answer since {What(damage, facts)}: its configuration space reads 0xff",
        "search the kernel log for this device and the port above it; remove it and rescan the bus (remove of the device, " +
        "/sys/bus/pci/rescan), or power the host off and on")
    {
        Devices = [damage.Bdf],
    });

    private static Finding Degraded(ResetDamage damage, DeviceLink before, DeviceLink after, HostFacts facts) => new(FindingKinds.LinkDegraded, () => new FindingDetails(
        $"the link of {damage.Bdf} has {Words(after)} after {What(damage, facts)}; it had {Words(before)} before",
        "search the kernel log for errors of the link (AER); reset the device again, and if that does not help, look at its slot, riser or cable")
    {
        Devices = [damage.Bdf],
        Numbers = Finding.Known(
            ("width_before", before.Width), ("width_after", after.Width),
            ("megatransfers_before", Mega(before)), ("megatransfers_after", Mega(after))),
    });

    private static string What(ResetDamage damage, HostFacts facts) =>
        $"its {OperationNames.Kinds.Find(damage.Operation)?.Words() ?? damage.Operation} by {facts.NameOf(damage.Tgid, damage.Process)}";

    private static string Words(DeviceLink link) =>
        string.Create(CultureInfo.InvariantCulture, $"{link.Speed:0.#} GT/s on {link.Width} {(link.Width == 1 ? "lane" : "lanes")}");

    private static long Mega(DeviceLink link) => (long)Math.Round(link.Speed * 1000);
}
