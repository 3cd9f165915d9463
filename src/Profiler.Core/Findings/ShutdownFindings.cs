using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>All there is to say of one shutdown.</summary>
public static class ShutdownFindings
{
    /// <summary>Memory counts as a reason from this share of the wall time on, or from <see cref="Long"/>.</summary>
    private const double MemoryShare = 0.3;

    private static readonly TimeSpan WorthAWord = TimeSpan.FromMilliseconds(500), Long = TimeSpan.FromSeconds(2);

    /// <summary>Everything, the costliest first.</summary>
    /// <param name="shutdown">Which one.</param>
    /// <param name="facts">What is known beside the events.</param>
    /// <param name="evidence">Whether what was not seen did not happen.</param>
    public static ImmutableArray<Finding> For(Shutdown shutdown, HostFacts facts, Evidence evidence)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        // Of a release that may have been missed it cannot be said that it did not happen.
        if (evidence.Releases && !shutdown.BeganBefore)
            findings.AddRange(shutdown.Unreleased.Select(device => NotReleased(device, shutdown, facts)));
        findings.AddRange(ReleaseFindings.For(shutdown.Releases, shutdown.IfParallelNs));
        if (Unpin(shutdown) is { } unpin)
            findings.Add(unpin);
        findings.AddRange(ResetFindings.For(shutdown.Releases, facts.Devices, evidence));
        // The limits are for virtual machines; who else gets a signal has none.
        if (facts.VmNames.ContainsKey(shutdown.Task.Tgid) && LibvirtFindings.For(shutdown) is { } libvirt)
            findings.Add(libvirt);
        return Finding.ByCost(findings);
    }

    private static Finding NotReleased(string device, Shutdown shutdown, HostFacts facts)
    {
        ImmutableArray<DeviceHolder> holders = facts.StillHeld.GetValueOrDefault(device)?.Holders ?? [];
        string who = string.Join(", ", holders.Select(h =>
            $"{facts.NameOf(h.Pid, h.Comm)}{(h.Certain ? "" : ", as far as can be told")}"));
        return new Finding("device_not_released", Severity.Warning,
            $"{facts.NameOf(shutdown.Task.Tgid, shutdown.Task.Comm)} is gone, but {device} was not released: " +
            (holders.IsEmpty ? "something still refers to its file, and no process was found to have it open" : $"{who} still has it open"),
            holders.IsEmpty
                ? "a descriptor may be on its way in a socket, or the kernel hold it (KVM's vfio device): see who had it last"
                : "the device is released when that process closes it or ends")
        {
            Devices = [device],
        };
    }

    private static Finding? Unpin(Shutdown shutdown)
    {
        ShutdownPhases phases = shutdown.Phases;
        long iommu = phases[Phase.Iommu], memory = phases[Phase.Memory];
        bool worthAWord = iommu + memory >= WorthAWord.TotalNanoseconds && iommu + memory >= MemoryShare * shutdown.Time.DurationNs;
        if (!worthAWord && iommu + memory < Long.TotalNanoseconds)
            return null;
        return new Finding("unpin_dominates", Severity.Warning,
            $"{Seconds(iommu)} of {Seconds(shutdown.Time.DurationNs)} went into unmapping memory from the IOMMU and unpinning it, " +
            $"{Seconds(memory)} into giving back the address space",
            "with huge pages (hugetlbfs, 1 GiB) there are fewer pages to unpin and to give back" +
            (memory > iommu ? "; QEMU's -run-with async-teardown=on leaves the second to another process" : ""))
        {
            CostNs = iommu + memory,
            Numbers = Numbers(("iommu_ns", iommu), ("memory_ns", memory)),
        };
    }
}
