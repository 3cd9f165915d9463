using System.Collections.Immutable;
using Profiler.Core.Facts;
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
    /// <param name="devices">What is known of the devices.</param>
    public static ImmutableArray<Finding> For(ImmutableArray<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        var findings = new List<Finding>();
        AddTo(findings, releases, devices);
        return [.. findings];
    }

    /// <summary>
    /// The same for releases of several processes: waits of one for another, or that all ran in parallel. Serial releases are
    /// reported for each process.
    /// </summary>
    public static ImmutableArray<Finding> ForAll(ImmutableArray<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        List<Operation[]> processes = [.. releases.GroupBy(r => r.Task.Tgid).Select(g => g.ToArray())];
        if (processes.Count < 2)
            return For(releases, devices);
        if (Waited(releases))
        {
            var waits = new List<Finding>();
            AddLocks(waits, releases, devices);
            return [.. waits];
        }
        int atOnce = PeakConcurrency(releases.AsSpan());
        bool serialInItself = processes.Exists(p => p.Length > 1 && PeakConcurrency(p) == 1);
        return atOnce > 1 && !serialInItself ? [Parallel(releases, atOnce)] : [];
    }

    /// <inheritdoc cref="For"/>
    /// <param name="findings">Receives them.</param>
    internal static void AddTo(List<Finding> findings, ImmutableArray<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        int atOnce = PeakConcurrency(releases.AsSpan());
        if (releases.Length > 1 && atOnce == 1)
            AddSerial(findings, releases);
        if (Waited(releases))
            AddLocks(findings, releases, devices);
        else if (atOnce > 1)
            findings.Add(Parallel(releases, atOnce));
    }

    private static void AddSerial(List<Finding> findings, ImmutableArray<Operation> releases)
    {
        long releasing = UnionNs(releases), ifParallelNs = SerialChain.LongestNs(releases.AsSpan());
        if (ifParallelNs > SerialShare * releasing && releasing - ifParallelNs < AlwaysReported.TotalNanoseconds)
            return;
        int exiting = 0;
        foreach (Operation release in releases)
        {
            // No thread of the process can do that for it.
            if (release.ByKernelThread)
                return;
            exiting += release.Exiting ? 1 : 0;
        }
        // A thread may have closed one of them just before the exit.
        findings.Add(Serial(releases, releasing, ifParallelNs, exiting > releases.Length / 2));
    }

    private static Finding Serial(ImmutableArray<Operation> releases, long releasing, long ifParallelNs, bool exiting) =>
        new(exiting ? FindingKinds.SerialExit : FindingKinds.SerialClose, () => new FindingDetails(
            (exiting
                ? $"the kernel closed the {releases.Length} devices of the exiting process one after another"
                : $"the process closed its {releases.Length} devices one after another") + $", in {Figures.Text(releasing)}",
            $"closing them from several threads{(exiting ? " before exit" : "")} would take about {Figures.Text(ifParallelNs)} " +
            $"(limited by {SerialChain.LimitOf(ifParallelNs, releases.Max(r => r.Time.DurationNs - r.LockWaitNs))})")
        {
            Devices = [.. releases.Select(r => r.Device)],
            Numbers = Finding.Known(("releasing_ns", releasing), ("if_parallel_ns", ifParallelNs)),
        })
        {
            CostNs = releasing - ifParallelNs,
        };

    private static bool Waited(ImmutableArray<Operation> releases)
    {
        long waited = 0, took = 0;
        foreach (Operation release in releases)
            (waited, took) = (waited + release.LockWaitNs, took + release.Time.DurationNs);
        return waited > WaitShare * took || waited >= AlwaysReported.TotalNanoseconds;
    }

    // The lock that was waited for the longest first.
    private static void AddLocks(
        List<Finding> findings, ImmutableArray<Operation> releases, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        WaitOf[] waits = ByLock(releases);
        using var locks = new Scratch<WaitsOf>();
        for (int from = 0, to; from < waits.Length; from = to)
        {
            for (to = from + 1; to < waits.Length && waits[to].Wait.Lock == waits[from].Wait.Lock; to++)
            {
            }
            var all = new WaitsOf(new ArraySegment<WaitOf>(waits, from, to - from), devices);
            if (all.OfDevice)
                locks.Add(all);
        }
        locks.Items.Sort(static (a, b) => a.SumNs != b.SumNs ? b.SumNs.CompareTo(a.SumNs) : a.Waits[0].Order.CompareTo(b.Waits[0].Order));
        foreach (ref readonly WaitsOf one in locks.Items)
            findings.Add(one.OfVfs ? Vfs(one.Waits, one.CostNs, devices) : Lock(one.Waits, one.CostNs));
    }

    private static WaitOf[] ByLock(ImmutableArray<Operation> releases)
    {
        using var waits = new Scratch<WaitOf>();
        foreach (Operation release in releases)
        {
            foreach (LockWait wait in release.LockWaits)
                waits.Add(new WaitOf(release, wait, waits.Count));
        }
        waits.Items.Sort(static (a, b) => a.Wait.Lock != b.Wait.Lock ? a.Wait.Lock.CompareTo(b.Wait.Lock) : a.Order.CompareTo(b.Order));
        return waits.Items.ToArray();
    }

    private static Finding Vfs(ArraySegment<WaitOf> waits, long costNs, IReadOnlyDictionary<string, DeviceIdentity> devices) =>
        new(FindingKinds.VfsShareDevSet, () => Vfs(waits, devices))
        {
            CostNs = costNs,
        };

    private static FindingDetails Vfs(ArraySegment<WaitOf> waits, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        WaitOf longest = waits.MaxBy(w => w.Wait.Time.DurationNs);
        string[] vfs = Users(waits);
        FindingDetails waited = Waited(waits, longest, vfs);
        return waited with
        {
            Text = $"{vfs.Length} virtual functions of {VfDevSet.PhysicalFunctions(vfs, devices)} share one dev_set: " +
                $"{Figures.Count(waits.Count, "release")} waited {Figures.Text(waited.Numbers["waited_ns"])} for its lock, {longest.Release.Device} the " +
                $"longest ({Figures.Text(longest.Wait.Time.DurationNs)}). It is held while one of them is released and reset. Seen with {Figures.List(vfs)}",
            Remedy = $"use {VfDevSet.Kernel}: there each virtual function has its own; else do not shut down what uses them at the same time",
        };
    }

    private static Finding Lock(ArraySegment<WaitOf> waits, long costNs) => new(FindingKinds.LockHeld, () => Lock(waits))
    {
        CostNs = costNs,
    };

    private static FindingDetails Lock(ArraySegment<WaitOf> waits)
    {
        WaitOf longest = waits.MaxBy(w => w.Wait.Time.DurationNs);
        string[] devices = Users(waits);
        (string which, string shared, string remedy) = longest.Wait.Kind switch
        {
            LockKind.DevSet => ("the lock of their dev_set", "Devices of one reset domain share this lock",
                "devices on slots or buses of their own do not share it; virtual functions do not share it on kernels with commit " +
                "e908f58b6beb (\"vfio/pci: Separate SR-IOV VF dev_set\")"),
            LockKind.Group => ("the lock of their IOMMU group", "Devices of one IOMMU group share this lock",
                "devices in IOMMU groups of their own (ACS in the ports above them) do not share it"),
            LockKind.Rwsem => ("an rw-semaphore", "The stack of the wait tells which one it is",
                "see in the stack which code takes it, and have its holder do at another time what it does with it"),
            _ => ("a lock that is neither the dev_set's nor the IOMMU group's", "It is a lock of the driver",
                "the driver does not need to hold this lock during the reset"),
        };
        return Waited(waits, longest, devices) with
        {
            Text = $"{Figures.Count(waits.Count, "release")} waited for {which}, {longest.Release.Device} the longest " +
                $"({Figures.Text(longest.Wait.Time.DurationNs)}). {shared}; it is held while a device is released and reset. " +
                $"Seen with {Figures.Count(devices.Length, "device")}: {Figures.List(devices)}",
            Remedy = remedy,
        };
    }

    // Without its words.
    private static FindingDetails Waited(ArraySegment<WaitOf> waits, WaitOf longest, string[] devices) => new("", null)
    {
        Devices = [.. devices],
        Locks = [longest.Wait.Lock],
        Numbers = Finding.Known(("waits", waits.Count), ("waited_ns", waits.Sum(w => w.Wait.Time.DurationNs)), ("longest_ns", longest.Wait.Time.DurationNs)),
    };

    // The devices of waiters and holders.
    private static string[] Users(ArraySegment<WaitOf> waits) =>
    [
        .. waits.Select(w => w.Release.Device)
            .Concat(LockWait.HoldersOf(waits.Select(w => w.Wait)).Select(h => h.Device).OfType<string>())
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static Finding Parallel(ImmutableArray<Operation> releases, int atOnce) => new(FindingKinds.Parallel, () =>
    {
        long took = UnionNs(releases), slowest = releases.Max(r => r.Time.DurationNs);
        return new FindingDetails(
            $"up to {atOnce} of {releases.Length} devices were released at the same time: {Figures.Text(took)} in total, " +
            $"{Figures.Text(slowest)} for the slowest device", null)
        {
            Devices = [.. releases.Select(r => r.Device)],
            Numbers = Finding.Known(("max_parallel", atOnce), ("releasing_ns", took), ("slowest_ns", slowest)),
        };
    });

    private static long UnionNs(ImmutableArray<Operation> releases) => Interval.UnionNs(releases.AsSpan(), static r => r.Time);

    private static int PeakConcurrency(ReadOnlySpan<Operation> releases) => Interval.PeakConcurrency(releases, static r => r.Time);

    /// <summary>A wait, and its place among those of all locks.</summary>
    private readonly record struct WaitOf(Operation Release, LockWait Wait, int Order);

    /// <summary>The waits for one lock.</summary>
    private readonly record struct WaitsOf
    {
        public WaitsOf(ArraySegment<WaitOf> waits, IReadOnlyDictionary<string, DeviceIdentity> devices)
        {
            Waits = waits;
            CostNs = Interval.UnionNs<WaitOf>(waits, static w => w.Wait.Time);
            var once = new HoldersOnce();
            var vfs = new VfDevSet(devices);
            foreach (WaitOf wait in waits)
            {
                SumNs += wait.Wait.Time.DurationNs;
                vfs.Waited(wait.Release.Device, wait.Wait.Kind);
                foreach (Holder holder in once.Of(wait.Wait))
                {
                    // There may be many.
                    if (OfDevice && vfs.IsNone)
                        break;
                    OfDevice |= holder.Device is not null;
                    vfs.Held(holder.Device);
                }
                once.Add(wait.Wait);
            }
            OfVfs = vfs.Is;
        }

        public ArraySegment<WaitOf> Waits { get; }

        public long SumNs { get; }

        public long CostNs { get; }

        /// <summary>A holder did something with a device.</summary>
        public bool OfDevice { get; }

        /// <inheritdoc cref="VfDevSet.Is"/>
        public bool OfVfs { get; }
    }
}
