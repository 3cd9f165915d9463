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
    /// <summary>Waits count as a reason from this share of the time spent in releases on, or from <see cref="Long"/>.</summary>
    private const double WaitShare = 0.2;

    /// <summary>Serial releases are worth a word if in parallel they would take less than this share, or <see cref="Long"/> less.</summary>
    private const double SerialShare = 0.7;

    /// <summary>So much time is worth a word, however little it is of the whole.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    /// <param name="releases">Of one process. If there are none, there is nothing to say.</param>
    /// <param name="ifParallelNs">The longest chain of releases that must be serial, nanoseconds.</param>
    public static ImmutableArray<Finding> For(IReadOnlyList<Operation> releases, long ifParallelNs)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        int atOnce = Interval.PeakConcurrency(releases.Select(r => r.Time));
        if (releases.Count > 1 && atOnce == 1 && Serial(releases, ifParallelNs) is { } serial)
            findings.Add(serial);
        if (Waited(releases))
            findings.AddRange(Locks(releases));
        else if (atOnce > 1)
            findings.Add(Parallel(releases, atOnce));
        return findings.ToImmutable();
    }

    /// <summary>
    /// The same for releases of several processes: what one held up for another, or that all went side by side. What is serial
    /// in itself is so process by process, and told there.
    /// </summary>
    public static ImmutableArray<Finding> ForAll(IReadOnlyList<Operation> releases, long ifParallelNs)
    {
        List<List<Operation>> processes = [.. releases.GroupBy(r => r.Task.Tgid).Select(g => g.ToList())];
        if (processes.Count < 2)
            return For(releases, ifParallelNs);
        if (Waited(releases))
            return [.. Locks(releases)];
        int atOnce = Interval.PeakConcurrency(releases.Select(r => r.Time));
        bool serialInItself = processes.Exists(p => p.Count > 1 && Interval.PeakConcurrency(p.Select(r => r.Time)) == 1);
        return atOnce > 1 && !serialInItself ? [Parallel(releases, atOnce)] : [];
    }

    private static Finding? Serial(IReadOnlyList<Operation> releases, long ifParallelNs)
    {
        long releasing = Interval.UnionNs(releases.Select(r => r.Time));
        if (ifParallelNs > SerialShare * releasing && releasing - ifParallelNs < Long.TotalNanoseconds)
            return null;
        // One of them may have been closed by a thread just before.
        bool exiting = releases.Count(r => r.Exiting) > releases.Count / 2;
        string closing = $"closing them from several threads{(exiting ? " before exit" : "")} would take about " +
            $"{Seconds(ifParallelNs)} (limited by dev_set locks)";
        (string id, string text) = exiting
            ? ("serial_exit", $"the kernel closed the {releases.Count} devices of an exiting process one after another, in {Seconds(releasing)}")
            : ("serial_close", $"the process closed its {releases.Count} devices one after another, in {Seconds(releasing)}");
        return new Finding(id, Severity.Warning, text, closing)
        {
            CostNs = releasing - ifParallelNs,
            Devices = [.. releases.Select(r => r.Device)],
            Numbers = Numbers(("releasing_ns", releasing), ("if_parallel_ns", ifParallelNs)),
        };
    }

    private static bool Waited(IReadOnlyList<Operation> releases)
    {
        long waited = releases.Sum(r => r.LockWaitNs);
        return waited > WaitShare * releases.Sum(r => r.Time.DurationNs) || waited >= Long.TotalNanoseconds;
    }

    private static IEnumerable<Finding> Locks(IReadOnlyList<Operation> releases) => releases
        .SelectMany(r => r.LockWaits.Select(w => (Release: r, Wait: w)))
        .GroupBy(w => w.Wait.Lock)
        .Where(g => g.Any(w => w.Wait.Holders.Any(h => h.Device is not null)))
        .OrderByDescending(g => g.Sum(w => w.Wait.Time.DurationNs))
        .Select(g => Lock([.. g]));

    private static Finding Lock(IReadOnlyList<(Operation Release, LockWait Wait)> waits)
    {
        (Operation Release, LockWait Wait) longest = waits.MaxBy(w => w.Wait.Time.DurationNs);
        string[] devices =
        [
            .. waits.Select(w => w.Release.Device)
                .Concat(waits.SelectMany(w => w.Wait.Holders).Select(h => h.Device).OfType<string>())
                .Distinct().Order(StringComparer.Ordinal),
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
        long waited = Interval.UnionNs(waits.Select(w => w.Wait.Time));
        return new Finding("lock_held_across_release", Severity.Warning,
            $"{Count(waits.Count, "release")} waited, {longest.Release.Device} longest with {Seconds(longest.Wait.Time.DurationNs)}, for " +
            $"{which}. It is held while a device is released and reset, here for {devices.Length} devices: {List(devices)}", remedy)
        {
            CostNs = waited,
            Devices = [.. devices],
            Locks = [longest.Wait.Lock],
            Numbers = Numbers(
                ("waits", waits.Count), ("waited_ns", waits.Sum(w => w.Wait.Time.DurationNs)), ("longest_ns", longest.Wait.Time.DurationNs)),
        };
    }

    private static Finding Parallel(IReadOnlyList<Operation> releases, int atOnce)
    {
        long took = Interval.UnionNs(releases.Select(r => r.Time)), slowest = releases.Max(r => r.Time.DurationNs);
        return new Finding("parallel", Severity.Info,
            $"up to {atOnce} of {releases.Count} devices were released at the same time: {Seconds(took)} in all, the slowest alone {Seconds(slowest)}",
            null)
        {
            Devices = [.. releases.Select(r => r.Device)],
            Numbers = Numbers(("max_parallel", atOnce), ("releasing_ns", took), ("slowest_ns", slowest)),
        };
    }
}
