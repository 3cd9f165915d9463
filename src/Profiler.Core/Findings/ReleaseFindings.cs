using System.Collections.Immutable;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Findings;

/// <summary>
/// Why releases took as long as they did together: those of one process, or those of several processes at the same time.
/// </summary>
public static class ReleaseFindings
{
    /// <summary>Lock waits are reported from this share of the release times on, or from <see cref="AlwaysReported"/>.</summary>
    private const double WaitShare = 0.2;

    /// <summary>
    /// Serial releases are reported if the best case in parallel is less than this share, or <see cref="AlwaysReported"/> less.
    /// </summary>
    private const double SerialShare = 0.7;

    /// <summary>So much time is reported, however small a share it is.</summary>
    private static readonly TimeSpan AlwaysReported = TimeSpan.FromSeconds(2);

    /// <param name="releases">Of one process; may be empty.</param>
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
    /// The same for releases of several processes: waits of one for another, or that all ran in parallel. Serial releases are
    /// reported for each process.
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
        if (ifParallelNs > SerialShare * releasing && releasing - ifParallelNs < AlwaysReported.TotalNanoseconds)
            return null;
        // A thread may have closed one of them just before the exit.
        bool exiting = releases.Count(r => r.Exiting) > releases.Count / 2;
        string closing = $"closing them from several threads{(exiting ? " before exit" : "")} would take about " +
            $"{Figures.Text(ifParallelNs)} (limited by {SerialChain.LimitOf(ifParallelNs, releases.Max(r => r.Time.DurationNs - r.LockWaitNs))})";
        (FindingKind kind, string text) = exiting
            ? (FindingKinds.SerialExit, $"the kernel closed the {releases.Count} devices of the exiting process one after another, in {Figures.Text(releasing)}")
            : (FindingKinds.SerialClose, $"the process closed its {releases.Count} devices one after another, in {Figures.Text(releasing)}");
        return new Finding(kind, text, closing)
        {
            CostNs = releasing - ifParallelNs,
            Devices = [.. releases.Select(r => r.Device)],
            Numbers = Finding.Known(("releasing_ns", releasing), ("if_parallel_ns", ifParallelNs)),
        };
    }

    private static bool Waited(IReadOnlyList<Operation> releases)
    {
        long waited = releases.Sum(r => r.LockWaitNs);
        return waited > WaitShare * releases.Sum(r => r.Time.DurationNs) || waited >= AlwaysReported.TotalNanoseconds;
    }

    private static IEnumerable<Finding> Locks(IReadOnlyList<Operation> releases) => releases
        .SelectMany(r => r.LockWaits.Select(w => (Release: r, Wait: w)))
        .GroupBy(w => w.Wait.Lock)
        .Where(g => LockWait.HoldersOf(g.Select(w => w.Wait)).Any(h => h.Device is not null))
        .OrderByDescending(g => g.Sum(w => w.Wait.Time.DurationNs))
        .Select(g => Lock([.. g]));

    private static Finding Lock(IReadOnlyList<(Operation Release, LockWait Wait)> waits)
    {
        (Operation Release, LockWait Wait) longest = waits.MaxBy(w => w.Wait.Time.DurationNs);
        string[] devices =
        [
            .. waits.Select(w => w.Release.Device)
                .Concat(LockWait.HoldersOf(waits.Select(w => w.Wait)).Select(h => h.Device).OfType<string>())
                .Distinct().Order(StringComparer.Ordinal),
        ];
        (string which, string shared, string remedy) = longest.Wait.Kind switch
        {
            LockKind.DevSet => ("the lock of their dev_set", "Devices of one reset domain share this lock",
                "devices on slots or buses of their own do not share it; virtual functions do not share it on kernels with commit " +
                "e908f58b6beb (\"vfio/pci: Separate SR-IOV VF dev_set\")"),
            LockKind.Group => ("the lock of their IOMMU group", "Devices of one IOMMU group share this lock",
                "devices in IOMMU groups of their own (ACS in the ports above them) do not share it"),
            _ => ("a lock that is neither the dev_set's nor the IOMMU group's", "It is a lock of the driver",
                "the driver does not need to hold this lock during the reset"),
        };
        long waited = Interval.UnionNs(waits.Select(w => w.Wait.Time));
        return new Finding(
            FindingKinds.LockHeld,
            $"{Figures.Count(waits.Count, "release")} waited for {which}, {longest.Release.Device} the longest " +
            $"({Figures.Text(longest.Wait.Time.DurationNs)}). {shared}; it is held while a device is released and reset. " +
            $"Seen with {Figures.Count(devices.Length, "device")}: {Figures.List(devices)}", remedy)
        {
            CostNs = waited,
            Devices = [.. devices],
            Locks = [longest.Wait.Lock],
            Numbers = Finding.Known(
                ("waits", waits.Count), ("waited_ns", waits.Sum(w => w.Wait.Time.DurationNs)), ("longest_ns", longest.Wait.Time.DurationNs)),
        };
    }

    private static Finding Parallel(IReadOnlyList<Operation> releases, int atOnce)
    {
        long took = Interval.UnionNs(releases.Select(r => r.Time)), slowest = releases.Max(r => r.Time.DurationNs);
        return new Finding(
            FindingKinds.Parallel,
            $"up to {atOnce} of {releases.Count} devices were released at the same time: {Figures.Text(took)} in total, " +
            $"{Figures.Text(slowest)} for the slowest device", null)
        {
            Devices = [.. releases.Select(r => r.Device)],
            Numbers = Finding.Known(("max_parallel", atOnce), ("releasing_ns", took), ("slowest_ns", slowest)),
        };
    }
}
