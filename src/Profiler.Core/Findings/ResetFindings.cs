using System.Collections.Immutable;
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

    // Holders of locks in one sentence.
    private const int MaxNamed = 3;

    // Names of sysfs. A bus reset takes about one second for any device.
    private static readonly string[] Faster = ["device_specific", "acpi", "flr", "af_flr", "pm"];

    /// <param name="findings">Receives them.</param>
    /// <param name="releases">The shutdown's.</param>
    /// <param name="facts">What is known beside the events.</param>
    /// <param name="evidence">Whether a reset that was not seen did not happen.</param>
    public static void AddTo(List<Finding> findings, ImmutableArray<Operation> releases, HostFacts facts, Func<Evidence> evidence)
    {
        IReadOnlyDictionary<string, DeviceIdentity> devices = facts.Devices;
        bool isSlow = false, timedOut = false, fellBack = false, skipped = false;
        bool? allSeen = null;
        foreach (Operation release in releases)
        {
            foreach (Reset reset in release.Resets)
                (isSlow, timedOut, fellBack) = (isSlow || IsSlow(reset), timedOut || TimedOut(reset), fellBack || FellBack(reset));
            skipped |= Skipped(release, devices, evidence, ref allSeen);
        }
        if (isSlow && FasterMethod(releases, devices) is { } faster)
            findings.Add(faster);
        if (timedOut)
            findings.Add(TimedOut(releases));
        if (fellBack)
            findings.Add(FellBack(releases, devices)!);
        if (skipped)
            findings.Add(Skipped(releases, facts, evidence));
    }

    // A bus reset without an attempt by another method before: one that was tried and failed is no better.
    private static bool IsSlow(Reset reset) => reset.Method == ResetMethod.Bus && reset.Time.DurationNs > Quick.TotalNanoseconds &&
        !reset.Parts.Any(p => p.Step.Method() is not (ResetMethod.Unknown or ResetMethod.Bus));

    private static Finding? FasterMethod(ImmutableArray<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        var slow = releases
            .Select(r => (Release: r, Reset: r.Resets.Where(s => s.Method == ResetMethod.Bus).MaxBy(s => s.Time.DurationNs),
                Offered: devices.GetValueOrDefault(r.Device)?.ResetMethods?.FirstOrDefault(Faster.Contains)))
            .Where(d => d is { Reset: { } reset, Offered: not null } && IsSlow(reset))
            .ToList();
        return slow.Count == 0 ? null : new Finding(FindingKinds.FasterReset, () => new FindingDetails(
            $"{Figures.Count(slow.Count, "device")} ({Figures.List(slow.Select(d => d.Release.Device))}) went through a bus reset, " +
            $"{Figures.Text(slow.Sum(d => d.Reset!.Time.DurationNs))} in total, although the kernel offers {Figures.List(slow.Select(d => d.Offered!))}",
            $"echo {slow[0].Offered} > /sys/bus/pci/devices/{slow[0].Release.Device}/reset_method")
        {
            Devices = [.. slow.Select(d => d.Release.Device).Distinct()],
            Numbers = Finding.Known(("reset_ns", slow.Sum(d => d.Reset!.Time.DurationNs))),
        })
        {
            CostNs = Interval.UnionNs(slow.ToArray(), static d => d.Reset!.Time),
        };
    }

    private static bool TimedOut(Reset reset) => reset.Result is not (0 or -Errno.EAGAIN) &&
        reset.Parts.Any(p => p.Step is ResetStep.BridgeWait or ResetStep.DeviceWait or ResetStep.SecondaryBus);

    private static Finding TimedOut(ImmutableArray<Operation> releases)
    {
        (string Device, Reset Reset)[] failed = [.. releases.SelectMany(r => r.Resets.Where(TimedOut).Select(s => (r.Device, s)))];
        return new Finding(FindingKinds.ResetTimedOut, () =>
        {
            long longest = failed.Max(r => r.Reset.Time.DurationNs);
            string errors = Figures.List(failed.Select(r => Errno.Name(r.Reset.Result)));
            return new FindingDetails(
                $"{failed.Length} of {Figures.Count(releases.Sum(r => r.Resets.Length), "reset")} timed out ({errors}): no response within " +
                $"{Figures.Text(longest)} ({Figures.List(failed.Select(r => r.Device))})",
                "search the kernel log for \"not ready\" and \"link\" of this device; it may be unusable until its next reset")
            {
                Devices = [.. failed.Select(r => r.Device).Distinct()],
                Numbers = Finding.Known(("resets", failed.Length), ("longest_ns", longest)),
            };
        })
        {
            CostNs = Interval.UnionNs<(string Device, Reset Reset)>(failed, static r => r.Reset.Time),
        };
    }

    private static bool FellBack(Reset reset) => reset.Result == 0 && !reset.FailedBefore.IsEmpty;

    /// <summary>The finding about methods that timed out before another one worked; null if there is none.</summary>
    /// <param name="operations">Opens or releases, or resets that programs asked for.</param>
    /// <param name="devices">What is known of the devices.</param>
    internal static Finding? FellBack(ImmutableArray<Operation> operations, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        (string Device, Reset Reset)[] fell = [.. operations.SelectMany(r => r.Resets.Where(FellBack).Select(s => (r.Device, s)))];
        if (fell.Length == 0)
            return null;
        ResetAttempt[] failed = [.. fell.SelectMany(f => f.Reset.FailedBefore)];
        return new Finding(FindingKinds.ResetFellBack, () =>
        {
            string[] all = [.. fell.Select(f => f.Device).Distinct()];
            long failedNs = failed.Sum(a => a.Time.DurationNs);
            return new FindingDetails(
                $"{Figures.Count(all.Length, "device")} ({Figures.List(all)}): {string.Join(" and ", failed.Select(a => a.Method.Name()).Distinct())} " +
                $"timed out, which took {Figures.Text(failedNs)}, before {string.Join(" or ", fell.Select(f => f.Reset.Method.Name()).Distinct())} worked",
                fell.Select(f => WithoutFailed(f.Reset, devices.GetValueOrDefault(f.Device))).OfType<string>().FirstOrDefault() is { } command
                    ? $"if it times out each time, leave it out: {command}"
                    : "search the kernel log for \"not ready\"; reset methods are chosen in reset_method of the device (5.15 and later)")
            {
                Devices = [.. all],
                Numbers = Finding.Known(("resets", fell.Length), ("failed_ns", failedNs)),
            };
        })
        {
            CostNs = Interval.UnionNs<ResetAttempt>(failed, static a => a.Time),
        };
    }

    // Null where the kernel offers no other method.
    private static string? WithoutFailed(Reset reset, DeviceIdentity? device)
    {
        string[] failed = [.. reset.FailedBefore.Select(a => a.Method.Name())];
        string[] others = [.. (device?.ResetMethods ?? []).Except(failed)];
        return others.Length == 0
            ? null
            : $"echo {(others.Length == 1 ? others[0] : $"\"{string.Join(' ', others)}\"")} > /sys/bus/pci/devices/{device!.Bdf}/reset_method";
    }

    // No reset seen means no reset only if all of the release was seen: that is asked once, and only if there is such a release.
    private static bool Skipped(
        Operation release, IReadOnlyDictionary<string, DeviceIdentity> devices, Func<Evidence> evidence, ref bool? allSeen) =>
        release.IsPci && (LocksWereHeld(release) ||
            (!release.Partial && release.Resets.IsEmpty && devices.GetValueOrDefault(release.Device)?.ResetMethods is { Count: > 0 } &&
                (allSeen ??= evidence().Resets)));

    // A second try, for all devices of the dev_set, may have been better.
    private static bool LocksWereHeld(Operation release) =>
        release.Resets.Any(s => s.Result == -Errno.EAGAIN) || (!release.TriedLocks.IsEmpty && release.Resets.All(s => s.Result != 0));

    private static Finding Skipped(ImmutableArray<Operation> releases, HostFacts facts, Func<Evidence> evidence)
    {
        bool? allSeen = null;
        Operation[] skipped = [.. releases.Where(r => Skipped(r, facts.Devices, evidence, ref allSeen))];
        return new Finding(FindingKinds.ResetSkipped, () =>
        {
            string[] devices = [.. skipped.Select(r => r.Device).Distinct()];
            TriedLock[] tried = [.. skipped.SelectMany(r => r.TriedLocks).DistinctBy(t => (t.Device, t.Holder?.Task.Tgid))];
            return new FindingDetails(
                $"{Figures.Count(devices.Length, "device")} ({Figures.List(devices)}) {(devices.Length == 1 ? "was" : "were")} released without a reset, although a reset method exists: " +
                (tried.Length == 0
                    ? "the kernel skips the reset if it does not get the locks of the device at once"
                    : string.Join("; ", tried.Take(MaxNamed).Select(t => TriedLockText.Of(t, facts.NameOf))) +
                        (tried.Length > MaxNamed ? $"; and {tried.Length - MaxNamed} more" : "")),
                "keep other programs (lspci, monitoring agents) away from the device and the bridge above it during the release")
            {
                Devices = [.. devices],
            };
        });
    }
}
