using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Linux;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>What is remarkable about the resets of a shutdown.</summary>
internal static class ResetFindings
{
    /// <summary>A reset that is as quick as this needs no better method.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(150);

    // As sysfs calls them; a bus reset takes its second whatever the device.
    private static readonly string[] Faster = ["device_specific", "acpi", "flr", "af_flr", "pm"];

    /// <param name="releases">The shutdown's.</param>
    /// <param name="devices">What is known of the devices.</param>
    /// <param name="evidence">Whether a reset that was not seen did not happen.</param>
    public static IEnumerable<Finding> For(
        IReadOnlyList<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices, Evidence evidence)
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
            // What was tried and failed is no better.
            .Where(d => d is { Reset: { } reset, Offered: not null } && reset.Time.DurationNs > Quick.TotalNanoseconds &&
                !reset.Parts.Any(p => p.Step is ResetStep.Flr or ResetStep.AfFlr or ResetStep.Pm or ResetStep.DeviceSpecific))
            .ToList();
        if (slow.Count == 0)
            return null;
        string offered = List(slow.Select(d => d.Offered!));
        return new Finding("faster_reset_offered", Severity.Warning,
            $"{Count(slow.Count, "device")} ({List(slow.Select(d => d.Release.Device))}) took a bus reset, " +
            $"{Seconds(slow.Sum(d => d.Reset!.Time.DurationNs))} in all, though the kernel offers {offered}",
            $"echo {slow[0].Offered} > /sys/bus/pci/devices/{slow[0].Release.Device}/reset_method puts it first")
        {
            CostNs = Interval.UnionNs(slow.Select(d => d.Reset!.Time)),
            Devices = [.. slow.Select(d => d.Release.Device).Distinct()],
            Numbers = Numbers(("reset_ns", slow.Sum(d => d.Reset!.Time.DurationNs))),
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
        string errors = List(failed.Select(r => Errno.Name(r.Reset.Result)));
        return new Finding("reset_timed_out", Severity.Warning,
            $"{failed.Count} of {Count(releases.Sum(r => r.Resets.Length), "reset")} timed out ({errors}): no response within " +
            $"{Seconds(longest)} ({List(failed.Select(r => r.Device))})",
            "look for \"not ready\" and \"link\" of the device in the kernel's log: it may be unusable until the next reset")
        {
            CostNs = Interval.UnionNs(failed.Select(r => r.Reset.Time)),
            Devices = [.. failed.Select(r => r.Device).Distinct()],
            Numbers = Numbers(("resets", failed.Count), ("longest_ns", longest)),
        };
    }

    // That no reset was seen means something only if all of the release was.
    private static Finding? Skipped(
        IReadOnlyList<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices, Evidence evidence)
    {
        string[] skipped =
        [
            .. releases
                .Where(r => r.IsPci && (r.Resets.Any(s => s.Result == -Errno.EAGAIN) ||
                    (evidence.Resets && !r.Partial && r.Resets.IsEmpty && devices.GetValueOrDefault(r.Device)?.ResetMethods is { Count: > 0 })))
                .Select(r => r.Device).Distinct(),
        ];
        return skipped.Length == 0 ? null : new Finding("reset_skipped", Severity.Warning,
            $"{Count(skipped.Length, "device")} ({List(skipped)}) could have been reset, and {(skipped.Length == 1 ? "was" : "were")} released " +
            "without: the kernel only tries, and skips the reset if it does not get the device's locks at once",
            "nothing else (lspci, a monitoring agent) should use the device or the bridge above it at that time")
        {
            Devices = [.. skipped],
        };
    }
}
