using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>
/// Why a number of releases took the time they took, all at once: of one process, or of all processes
/// that were released together.
/// </summary>
public static class ReleaseFindings
{
    /// <summary>Waits count as a reason from this share of the time spent in releases on.</summary>
    private const double WaitShare = 0.2;

    /// <summary>Serial releases are worth a word if in parallel they would take less than this share.</summary>
    private const double SerialShare = 0.7;

    /// <param name="releases">If there are none, there is nothing to say.</param>
    /// <param name="ifParallelNs">The longest chain of releases that must be serial, nanoseconds.</param>
    public static ImmutableArray<Finding> For(IReadOnlyList<Operation> releases, long ifParallelNs)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        int atOnce = Interval.PeakConcurrency(releases.Select(r => r.Time));
        if (releases.Count > 1 && atOnce == 1 && Serial(releases, ifParallelNs) is { } serial)
            findings.Add(serial);
        if (Waited(releases))
            findings.AddRange(releases
                .SelectMany(r => r.LockWaits.Select(w => (Release: r, Wait: w)))
                .GroupBy(w => w.Wait.Lock)
                .Where(g => g.Any(w => w.Wait.Holders.Any(h => h.Device is not null)))
                .OrderByDescending(g => g.Sum(w => w.Wait.Time.DurationNs))
                .Select(g => Lock([.. g])));
        else if (atOnce > 1)
            findings.Add(Parallel(releases, atOnce));
        return findings.ToImmutable();
    }

    private static Finding? Serial(IReadOnlyList<Operation> releases, long ifParallelNs)
    {
        long releasing = Interval.UnionNs(releases.Select(r => r.Time));
        if (ifParallelNs > SerialShare * releasing)
            return null;
        string could = $"it would be {Seconds(ifParallelNs)}, as far as their dev_sets' locks allow";
        return releases.All(r => r.Exiting)
            ? new Finding("serial_exit", Severity.Warning,
                $"the kernel closed the {releases.Count} devices of an exiting process one after another, in {Seconds(releasing)}",
                $"were they closed by several threads before the process exits, {could}")
            : new Finding("serial_close", Severity.Warning,
                $"the process closed its {releases.Count} devices one after another, in {Seconds(releasing)}",
                $"were they closed by several threads, {could}");
    }

    private static bool Waited(IReadOnlyList<Operation> releases) =>
        releases.Sum(r => r.LockWaitNs) > WaitShare * releases.Sum(r => r.Time.DurationNs);

    private static Finding Lock(IReadOnlyList<(Operation Release, LockWait Wait)> waits)
    {
        (Operation Release, LockWait Wait) longest = waits.MaxBy(w => w.Wait.Time.DurationNs);
        string[] devices =
        [
            .. waits.Select(w => w.Release.Device)
                .Concat(waits.SelectMany(w => w.Wait.Holders).Select(h => h.Device).OfType<string>())
                .Distinct().Order(),
        ];
        (string which, string remedy) = longest.Wait.Kind switch
        {
            LockKind.DevSet => ("the lock of their dev_set, which devices of one reset domain share",
                "devices behind slots or buses of their own do not share it; nor do virtual functions where the kernel has " +
                "e908f58b6beb (\"vfio/pci: Separate SR-IOV VF dev_set\")"),
            LockKind.Group => ("the lock of their IOMMU group, which devices of one group share",
                "devices of their own IOMMU group (with ACS above them) do not share it"),
            _ => ("one lock that is neither their dev_set's nor their IOMMU group's: the driver's own",
                "the driver need not hold it across the reset"),
        };
        return new Finding("lock_held_across_release", Severity.Warning,
            $"{Count(waits.Count, "release")} waited, {longest.Release.Device} longest with {Seconds(longest.Wait.Time.DurationNs)}, for " +
            $"{which}. It is held while a device is released and reset, here for {devices.Length} devices: {List(devices)} " +
            $"(0x{longest.Wait.Lock:x})", remedy);
    }

    private static Finding Parallel(IReadOnlyList<Operation> releases, int atOnce) => new("parallel", Severity.Info,
        $"{atOnce} of {releases.Count} devices were released side by side: " +
        $"{Seconds(Interval.UnionNs(releases.Select(r => r.Time)))} in all, the slowest alone {Seconds(releases.Max(r => r.Time.DurationNs))}",
        null);
}
