using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Core.Findings;

/// <summary>All findings about one shutdown.</summary>
public static class ShutdownFindings
{
    /// <summary>Memory is reported from this share of the wall time and <see cref="MinReported"/> on, or from <see cref="AlwaysReported"/>.</summary>
    private const double MemoryShare = 0.3;

    private static readonly TimeSpan MinReported = TimeSpan.FromMilliseconds(500), AlwaysReported = TimeSpan.FromSeconds(2);

    /// <summary>The most costly first.</summary>
    /// <param name="shutdown">The shutdown.</param>
    /// <param name="facts">Names of processes and devices.</param>
    /// <param name="evidence">Whether something that was not seen did not happen.</param>
    public static ImmutableArray<Finding> For(Shutdown shutdown, HostFacts facts, Evidence evidence) => For(shutdown, facts, () => evidence);

    /// <summary>How far a shutdown was from a limit; null if it was not seen from begin to end.</summary>
    public static Finding? For(Shutdown shutdown, StopLimit limit) => StopLimitFindings.For(shutdown, limit);

    /// <inheritdoc cref="For(Shutdown, HostFacts, Evidence)"/>
    /// <param name="evidence">The same; only asked for if a finding depends on it.</param>
    internal static ImmutableArray<Finding> For(Shutdown shutdown, HostFacts facts, Func<Evidence> evidence)
    {
        var findings = new List<Finding>();
        AddTo(findings, shutdown, facts, evidence);
        return [.. findings];
    }

    /// <inheritdoc cref="For(Shutdown, HostFacts, Func{Evidence})"/>
    /// <param name="findings">Receives them; empty before.</param>
    internal static void AddTo(List<Finding> findings, Shutdown shutdown, HostFacts facts, Func<Evidence> evidence)
    {
        // The release may have been missed: then it is not known whether it happened.
        if (!shutdown.BeganBefore && !shutdown.Unreleased.IsEmpty && evidence().Releases)
            findings.AddRange(shutdown.Unreleased.Select(device => NotReleased(device, shutdown, facts)));
        ReleaseFindings.AddTo(findings, shutdown.Releases, facts.Devices);
        if (Unpin(shutdown) is { } unpin)
            findings.Add(unpin);
        if (IommufdFindings.Compat(shutdown.Releases) is { } compat)
            findings.Add(compat);
        ResetFindings.AddTo(findings, shutdown.Releases, facts, evidence);
        // libvirt's limits are for VMs, not for other processes that get a signal.
        if (facts.HasLibvirtLimits(shutdown.Task.Tgid) && LibvirtFindings.For(shutdown) is { } libvirt)
            findings.Add(libvirt);
        if (StopLimit.Of(facts.ManagerOf(shutdown.Task.Tgid)) is { } limit && StopLimitFindings.For(shutdown, limit) is { } stop)
            findings.Add(stop);
        Finding.SortByCost(CollectionsMarshal.AsSpan(findings));
    }

    private static Finding NotReleased(string device, Shutdown shutdown, HostFacts facts) => new(FindingKinds.NotReleased, () =>
    {
        ImmutableArray<DeviceHolder> holders = facts.StillHeld.GetValueOrDefault(device)?.Holders ?? [];
        string who = string.Join(", ", holders.Select(h => $"{(h.Certain ? "" : "probably ")}{facts.NameOf(h.Pid, h.Comm)}"));
        return new FindingDetails(
            $"{facts.NameOf(shutdown.Task.Tgid, shutdown.Task.Comm)} is gone, but {device} was not released: " +
            (holders.IsEmpty ? "its file is still in use, but no process was found that has it open" : $"still open in {who}"),
            holders.IsEmpty
                ? "its descriptor may be in transit in a socket, or the kernel may hold a reference (KVM's vfio device)"
                : "the device is released when that process closes it or exits")
        {
            Devices = [device],
        };
    });

    private static Finding? Unpin(Shutdown shutdown)
    {
        long iommu = shutdown.Phases[Phase.Iommu], memory = shutdown.Phases[Phase.Memory];
        bool largeShare = iommu + memory >= MinReported.TotalNanoseconds && iommu + memory >= MemoryShare * shutdown.Time.DurationNs;
        return largeShare || iommu + memory >= AlwaysReported.TotalNanoseconds ? Unpin(shutdown, iommu, memory) : null;
    }

    private static Finding Unpin(Shutdown shutdown, long iommu, long memory) => new(FindingKinds.UnpinDominates, () => new FindingDetails(
        $"unmapping memory from the IOMMU and unpinning it took {Figures.Text(iommu)} of {Figures.Text(shutdown.Time.DurationNs)}{Unpinned(shutdown)}, " +
        $"freeing the address space {Figures.Text(memory)}",
        "use huge pages (hugetlbfs, 1 GiB): there are fewer pages to unpin and to free" +
        (memory > iommu ? "; QEMU's -run-with async-teardown=on frees the address space in another process" : ""))
    {
        Numbers = Finding.Known(("iommu_ns", iommu), ("memory_ns", memory), ("unpinned_bytes", shutdown.Unmapped?.UnpinnedBytes)),
    })
    {
        CostNs = iommu + memory,
    };

    private static string Unpinned(Shutdown shutdown) => shutdown.Unmapped?.UnpinnedBytes is > 0 and { } bytes
        ? $" ({Figures.Bytes(bytes)}, {Figures.Rate(bytes, shutdown.UnmappedInNs)})"
        : "";
}
