using System.Collections.Immutable;
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

    /// <inheritdoc cref="For(Shutdown, HostFacts, Evidence)"/>
    /// <param name="evidence">The same; only asked for if a finding depends on it.</param>
    internal static ImmutableArray<Finding> For(Shutdown shutdown, HostFacts facts, Func<Evidence> evidence)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        // The release may have been missed: then it is not known whether it happened.
        if (!shutdown.BeganBefore && !shutdown.Unreleased.IsEmpty && evidence().Releases)
            findings.AddRange(shutdown.Unreleased.Select(device => NotReleased(device, shutdown, facts)));
        findings.AddRange(ReleaseFindings.For(shutdown.Releases, shutdown.IfParallelNs));
        if (Unpin(shutdown) is { } unpin)
            findings.Add(unpin);
        findings.AddRange(ResetFindings.For(shutdown.Releases, facts.Devices, evidence));
        // libvirt's limits are for VMs, not for other processes that get a signal.
        if (facts.VmNames.ContainsKey(shutdown.Task.Tgid) && LibvirtFindings.For(shutdown) is { } libvirt)
            findings.Add(libvirt);
        return Finding.ByCost(findings);
    }

    private static Finding NotReleased(string device, Shutdown shutdown, HostFacts facts)
    {
        ImmutableArray<DeviceHolder> holders = facts.StillHeld.GetValueOrDefault(device)?.Holders ?? [];
        string who = string.Join(", ", holders.Select(h => $"{(h.Certain ? "" : "probably ")}{facts.NameOf(h.Pid, h.Comm)}"));
        return new Finding(
            FindingKinds.NotReleased,
            $"{facts.NameOf(shutdown.Task.Tgid, shutdown.Task.Comm)} is gone, but {device} was not released: " +
            (holders.IsEmpty ? "its file is still in use, but no process was found that has it open" : $"still open in {who}"),
            holders.IsEmpty
                ? "its descriptor may be in transit in a socket, or the kernel may hold a reference (KVM's vfio device)"
                : "the device is released when that process closes it or exits")
        {
            Devices = [device],
        };
    }

    private static Finding? Unpin(Shutdown shutdown)
    {
        ShutdownPhases phases = shutdown.Phases;
        long iommu = phases[Phase.Iommu], memory = phases[Phase.Memory];
        bool largeShare = iommu + memory >= MinReported.TotalNanoseconds && iommu + memory >= MemoryShare * shutdown.Time.DurationNs;
        if (!largeShare && iommu + memory < AlwaysReported.TotalNanoseconds)
            return null;
        return new Finding(
            FindingKinds.UnpinDominates,
            $"unmapping memory from the IOMMU and unpinning it took {Figures.Text(iommu)} of {Figures.Text(shutdown.Time.DurationNs)}, " +
            $"freeing the address space {Figures.Text(memory)}",
            "use huge pages (hugetlbfs, 1 GiB): there are fewer pages to unpin and to free" +
            (memory > iommu ? "; QEMU's -run-with async-teardown=on frees the address space in another process" : ""))
        {
            CostNs = iommu + memory,
            Numbers = Finding.Known(("iommu_ns", iommu), ("memory_ns", memory)),
        };
    }
}
