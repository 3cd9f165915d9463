using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Findings;

/// <summary>All findings about one start, beside those about its opens.</summary>
public static class StartFindings
{
    // What took less is not worth a sentence.
    private static readonly TimeSpan MinCost = TimeSpan.FromMilliseconds(100);

    // A device that obeys the specification responds within a second after a reset (PCIe base specification 6.0, 6.6.1).
    private static readonly TimeSpan Ready = TimeSpan.FromSeconds(1.5);

    /// <summary>The most costly first.</summary>
    /// <param name="start">The start.</param>
    /// <param name="rates">How fast the host maps large pages, as far as known.</param>
    public static ImmutableArray<Finding> For(Start start, MappingRates rates)
    {
        var findings = new List<Finding>();
        AddTo(findings, start, rates);
        return [.. findings];
    }

    /// <inheritdoc cref="For"/>
    /// <param name="findings">Receives them; empty before.</param>
    internal static void AddTo(List<Finding> findings, Start start, MappingRates rates)
    {
        if (!start.Parts.IsEmpty)
            AddIf(findings, Memory(start, rates));
        AddIf(findings, SmallBarMappings(start.Bars));
        if (start.Opens.Length > 1)
            AddIf(findings, SerialOpen(start));
        if (!start.OtherResets.IsEmpty || !start.UserResets.IsEmpty)
            AddIf(findings, ResetTwice(start));
        if (start.Time.DurationNs > Ready.TotalNanoseconds)
            AddIf(findings, SlowReadiness(start));
        if (start is { Kind: StartKind.Vm, End: StartEnd.Run })
            findings.Add(FirmwareNotHost(start));
        Finding.SortByCost(CollectionsMarshal.AsSpan(findings));
    }

    private static void AddIf(List<Finding> findings, Finding? finding)
    {
        if (finding is not null)
            findings.Add(finding);
    }

    // Of memory that had to be allocated: either it came in small pages, or it came in large ones, and clearing them is what took the time.
    private static Finding? Memory(Start start, MappingRates rates)
    {
        StartPart[] allocating = [.. start.Parts.Where(p => p.Mapping is { } m && StartPhases.PhaseOf(m) == StartPhase.DmaAllocate)];
        long ns = Interval.UnionNs(allocating.AsSpan(), static p => p.Time);
        if (ns < MinCost.TotalNanoseconds)
            return null;
        DmaMapping mapped = allocating.Aggregate(new DmaMapping(), (sum, p) => sum + p.Mapping!.Value);
        long small = mapped.SmallPageBytes(Environment.SystemPageSize, MappingRates.LargePage);
        return small > mapped.AllocatedBytes / 2 ? SmallPages(mapped, small, ns, rates) : Zeroing(mapped, ns);
    }

    private static Finding SmallPages(DmaMapping mapped, long small, long ns, MappingRates rates)
    {
        long? large = rates.InLargePagesNs(mapped.AllocatedBytes);
        return new Finding(FindingKinds.SmallPages, () => new FindingDetails(
            $"{Figures.Bytes(small)} of memory came in pages of {Figures.Bytes(Environment.SystemPageSize)} while it was pinned for DMA, which took {Figures.Text(ns)} " +
            $"({Figures.Rate(mapped.AllocatedBytes, ns)})" +
            (large is { } known ? $"; in large pages this host needs {Figures.Text(known)} for as much" : "; how long it would take in large pages was not seen on this host"),
            "give the VM huge pages (hugetlbfs, or transparent ones: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled)")
        {
            Numbers = Finding.Known(("bytes", small), ("map_ns", ns), ("large_pages_ns", large)),
        })
        {
            CostNs = large is { } other ? Math.Max(0, ns - other) : ns,
        };
    }

    private static Finding Zeroing(DmaMapping mapped, long ns) => new(FindingKinds.MemoryZeroing, () => new FindingDetails(
        $"{Figures.Bytes(mapped.AllocatedBytes)} of memory was allocated and cleared while it was pinned for DMA, by one thread, in {Figures.Text(ns)} " +
        $"({Figures.Rate(mapped.AllocatedBytes, ns)})",
        "have the monitor allocate it before, with several threads (QEMU: prealloc=on,prealloc-threads=N)" +
        (IsReserved(mapped) ? "; it is in huge pages of 1 GiB, and even those of a pool are cleared when they are given out" : ", or keep a pool of huge pages (hugetlbfs) of 1 GiB"))
    {
        Numbers = Finding.Known(("bytes", mapped.AllocatedBytes), ("map_ns", ns)),
    })
    {
        CostNs = ns,
    };

    // Most of it came in pages of 1 GiB: there are none but those of a pool.
    private static bool IsReserved(DmaMapping mapped) =>
        mapped.BytesInLarger(MappingRates.LargePage, MappingRates.GiantPage) > mapped.AllocatedBytes / 2;

    private static Finding? SmallBarMappings(BarFaults bars) =>
        bars.DurationNs < MinCost.TotalNanoseconds || bars.SmallBytes <= bars.Bytes / 2 ? null : new Finding(FindingKinds.BarSmallMappings, () => new FindingDetails(
            $"{Figures.Bytes(bars.SmallBytes)} of devices' BARs were mapped into the process in pages of {Figures.Bytes(Environment.SystemPageSize)}: " +
            $"{Figures.Count(bars.Faults, "page fault")} took {Figures.Text(bars.DurationNs)}",
            "use a kernel that maps BARs in large pages (Linux 6.12 or newer), and a monitor that aligns its mapping of a BAR to the BAR's size (a recent QEMU): " +
            "then few faults map it, in pages of 2 MiB or 1 GiB")
        {
            Numbers = Finding.Known(("bytes", bars.SmallBytes), ("faults", bars.Faults), ("faults_ns", bars.DurationNs)),
        })
        {
            CostNs = bars.DurationNs,
        };

    private static Finding? SerialOpen(Start start)
    {
        using var resetting = new Scratch<Operation>();
        long longest = 0;
        foreach (Operation open in start.Opens)
        {
            if (open.ResetNs == 0)
                continue;
            resetting.Add(open);
            longest = Math.Max(longest, open.Time.DurationNs);
        }
        if (resetting.Count < 2 || Interval.PeakConcurrency<Operation>(resetting.Items, static o => o.Time) > 1)
            return null;
        long took = Interval.UnionNs<Operation>(resetting.Items, static o => o.Time);
        return took - longest < MinCost.TotalNanoseconds ? null : SerialOpen(resetting.Items.ToArray(), took, longest);
    }

    private static Finding SerialOpen(Operation[] opens, long took, long longest) =>
        new(FindingKinds.SerialOpen, () => new FindingDetails(
            $"{opens.Length} devices were opened and reset one after another in {Figures.Text(took)}; the longest took {Figures.Text(longest)}",
            "only the monitor can open devices of different reset domains in parallel; a faster reset method (reset_method in sysfs) makes each open shorter")
        {
            Devices = [.. opens.Select(o => o.Device).Distinct()],
            Numbers = Finding.Known(("devices", opens.Length), ("opens_ns", took), ("longest_ns", longest)),
        })
        {
            CostNs = took - longest,
        };

    // By the monitor, at the machine's reset: not the resets inside the opens.
    private static Finding? ResetTwice(Start start)
    {
        HashSet<string> opened = [.. start.Opens.Where(o => !o.Resets.IsEmpty).Select(o => o.Device)];
        Reset[] again = [.. start.ResetsOutsideOpens.Where(r => opened.Contains(r.Device))];
        long took = Interval.UnionNs(again.AsSpan(), static r => r.Time);
        return took < MinCost.TotalNanoseconds ? null : new Finding(FindingKinds.ResetTwice, () =>
        {
            string[] devices = [.. again.Select(r => r.Device).Distinct()];
            return new FindingDetails(
                $"{Figures.Count(devices.Length, "device")} ({Figures.List(devices)}), reset as {(devices.Length == 1 ? "it was" : "they were")} opened, " +
                $"{(devices.Length == 1 ? "was" : "were")} reset again before the VM ran, in {Figures.Text(took)}",
                "the monitor resets its devices at the reset of its machine; a faster reset method (reset_method in sysfs) halves both")
            {
                Devices = [.. devices],
                Numbers = Finding.Known(("resets", again.Length), ("resets_ns", took)),
            };
        })
        {
            CostNs = took,
        };
    }

    private static Finding? SlowReadiness(Start start)
    {
        if (!IsAnySlow(start.Opens.AsSpan()) && !IsAnySlow(start.UserResets.AsSpan()) && !IsAnySlow(start.OtherResets.AsSpan()))
            return null;
        (string Device, ResetPart Wait)[] slow =
        [
            .. start.Opens.SelectMany(o => o.Resets).Concat(start.ResetsOutsideOpens)
                .SelectMany(r => r.Parts.Where(IsSlow).Select(p => (r.Device, p))),
        ];
        long took = Interval.UnionNs<(string Device, ResetPart Wait)>(slow, static s => s.Wait.Time);
        return new Finding(FindingKinds.SlowReadiness, () =>
        {
            string[] devices = [.. slow.Select(s => s.Device).Distinct()];
            long longest = slow.Max(s => s.Wait.Time.DurationNs);
            return new FindingDetails(
                $"{Figures.Count(devices.Length, "device")} ({Figures.List(devices)}) took up to {Figures.Text(longest)} to respond after a reset",
                "search the kernel log for \"not ready\"; the device's firmware, or what the VM before left it with, makes it slow")
            {
                Devices = [.. devices],
                Numbers = Finding.Known(("waits", slow.Length), ("longest_ns", longest)),
            };
        })
        {
            CostNs = took,
        };
    }

    private static bool IsSlow(ResetPart part) =>
        part.Step is ResetStep.DeviceWait or ResetStep.BridgeWait && part.Time.DurationNs > Ready.TotalNanoseconds;

    private static bool IsAnySlow(ReadOnlySpan<Operation> operations)
    {
        foreach (Operation operation in operations)
        {
            if (IsAnySlow(operation.Resets.AsSpan()))
                return true;
        }
        return false;
    }

    private static bool IsAnySlow(ReadOnlySpan<Reset> resets)
    {
        foreach (Reset reset in resets)
        {
            foreach (ResetPart part in reset.Parts)
            {
                if (IsSlow(part))
                    return true;
            }
        }
        return false;
    }

    private static Finding FirmwareNotHost(Start start) => new(FindingKinds.FirmwareNotHost, () => new FindingDetails(
        $"the host had done its part after {Figures.Text(start.Time.DurationNs)}: the VM ran then. Whatever takes longer is its firmware and system",
        null)
    {
        Numbers = Finding.Known(("host_ns", start.Time.DurationNs)),
    });
}
