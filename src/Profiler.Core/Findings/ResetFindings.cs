using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Core.Findings;

/// <summary>Resets of a shutdown that failed, were skipped, or could be faster.</summary>
internal static class ResetFindings
{
    /// <summary>A reset as quick as this needs no better method.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(150);

    // Names of sysfs. A bus reset takes about one second for any device.
    private static readonly string[] Faster = ["device_specific", "acpi", "flr", "af_flr", "pm"];

    /// <param name="releases">The shutdown's.</param>
    /// <param name="devices">What is known of the devices.</param>
    /// <param name="evidence">Whether a reset that was not seen did not happen.</param>
    public static IEnumerable<Finding> For(
        IReadOnlyList<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices, Func<Evidence> evidence)
    {
        if (FasterMethod(releases, devices) is { } faster)
            yield return faster;
        if (TimedOut(releases) is { } timedOut)
            yield return timedOut;
        if (Skipped(releases, devices, evidence) is { } skipped)
            yield return skipped;
    }

    private static Finding? FasterMethod(IReadOnlyList<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        var slow = releases
            .Select(r => (Release: r, Reset: r.Resets.Where(s => s.Method == ResetMethod.Bus).MaxBy(s => s.Time.DurationNs),
                Offered: devices.GetValueOrDefault(r.Device)?.ResetMethods?.FirstOrDefault(Faster.Contains)))
            // A method that was tried and failed is no better.
            .Where(d => d is { Reset: { } reset, Offered: not null } && reset.Time.DurationNs > Quick.TotalNanoseconds &&
                !reset.Parts.Any(p => p.Step is ResetStep.Flr or ResetStep.AfFlr or ResetStep.Pm or ResetStep.DeviceSpecific))
            .ToList();
        if (slow.Count == 0)
            return null;
        string offered = Figures.List(slow.Select(d => d.Offered!));
        return new Finding(
            FindingKinds.FasterReset,
            $"{Figures.Count(slow.Count, "device")} ({Figures.List(slow.Select(d => d.Release.Device))}) went through a bus reset, " +
            $"{Figures.Text(slow.Sum(d => d.Reset!.Time.DurationNs))} in total, although the kernel offers {offered}",
            $"echo {slow[0].Offered} > /sys/bus/pci/devices/{slow[0].Release.Device}/reset_method")
        {
            CostNs = Interval.UnionNs(slow.Select(d => d.Reset!.Time)),
            Devices = [.. slow.Select(d => d.Release.Device).Distinct()],
            Numbers = Finding.Known(("reset_ns", slow.Sum(d => d.Reset!.Time.DurationNs))),
        };
    }

    private static Finding? TimedOut(IReadOnlyList<Operation> releases)
    {
        var failed = releases
            .SelectMany(r => r.Resets.Select(s => (r.Device, Reset: s)))
            .Where(r => r.Reset.Result is not (0 or -Errno.EAGAIN) &&
                r.Reset.Parts.Any(p => p.Step is ResetStep.BridgeWait or ResetStep.DeviceWait or ResetStep.SecondaryBus))
            .ToList();
        if (failed.Count == 0)
            return null;
        long longest = failed.Max(r => r.Reset.Time.DurationNs);
        string errors = Figures.List(failed.Select(r => Errno.Name(r.Reset.Result)));
        return new Finding(
            FindingKinds.ResetTimedOut,
            $"{failed.Count} of {Figures.Count(releases.Sum(r => r.Resets.Length), "reset")} timed out ({errors}): no response within " +
            $"{Figures.Text(longest)} ({Figures.List(failed.Select(r => r.Device))})",
            "search the kernel log for \"not ready\" and \"link\" of this device; it may be unusable until its next reset")
        {
            CostNs = Interval.UnionNs(failed.Select(r => r.Reset.Time)),
            Devices = [.. failed.Select(r => r.Device).Distinct()],
            Numbers = Finding.Known(("resets", failed.Count), ("longest_ns", longest)),
        };
    }

    // No reset seen means no reset only if all of the release was seen: that is asked once, and only if there is such a release.
    private static Finding? Skipped(
        IReadOnlyList<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices, Func<Evidence> evidence)
    {
        bool? allSeen = null;
        string[] skipped =
        [
            .. releases
                .Where(r => r.IsPci && (r.Resets.Any(s => s.Result == -Errno.EAGAIN) ||
                    (!r.Partial && r.Resets.IsEmpty && devices.GetValueOrDefault(r.Device)?.ResetMethods is { Count: > 0 } &&
                        (allSeen ??= evidence().Resets))))
                .Select(r => r.Device).Distinct(),
        ];
        return skipped.Length == 0 ? null : new Finding(
            FindingKinds.ResetSkipped,
            $"{Figures.Count(skipped.Length, "device")} ({Figures.List(skipped)}) {(skipped.Length == 1 ? "was" : "were")} released without a reset, although a reset method exists: " +
            "the kernel skips the reset if it does not get the locks of the device at once",
            "keep other programs (lspci, monitoring agents) away from the device and the bridge above it during the release")
        {
            Devices = [.. skipped],
        };
    }
}
