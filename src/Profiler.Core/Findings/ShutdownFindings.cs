using System.Collections.Immutable;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>All there is to say of one shutdown.</summary>
public static class ShutdownFindings
{
    /// <summary>Memory counts as a reason from this share of the wall time on.</summary>
    private const double MemoryShare = 0.3;

    private static readonly TimeSpan WorthAWord = TimeSpan.FromMilliseconds(500);

    /// <param name="shutdown">Which one.</param>
    /// <param name="surroundings">What is known beside the events.</param>
    public static ImmutableArray<Finding> For(Shutdown shutdown, Surroundings surroundings)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        findings.AddRange(shutdown.Unreleased.Select(device => NotReleased(device, shutdown, surroundings)));
        findings.AddRange(ReleaseFindings.For(shutdown.Releases, shutdown.IfParallelNs));
        if (Unpin(shutdown) is { } unpin)
            findings.Add(unpin);
        findings.AddRange(ResetFindings.For(shutdown.Releases, surroundings.Devices));
        // The limits are for virtual machines; who else gets a signal has none.
        if (surroundings.VmNames.ContainsKey(shutdown.Task.Tgid) && LibvirtFindings.For(shutdown) is { } libvirt)
            findings.Add(libvirt);
        return findings.ToImmutable();
    }

    private static Finding NotReleased(string device, Shutdown shutdown, Surroundings surroundings)
    {
        ImmutableArray<DeviceHolder> holders = surroundings.StillHeld.GetValueOrDefault(device)?.Holders ?? [];
        string who = string.Join(", ", holders.Select(h =>
            $"{surroundings.NameOf(h.Pid, h.Comm)}{(h.Certain ? "" : ", as far as can be told")}"));
        return new Finding("device_not_released", Severity.Warning,
            $"{surroundings.NameOf(shutdown.Task.Tgid, shutdown.Task.Comm)} is gone, but {device} was not released: " +
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
        if (iommu + memory < MemoryShare * shutdown.Time.DurationNs || iommu + memory < WorthAWord.TotalNanoseconds)
            return null;
        return new Finding("unpin_dominates", Severity.Warning,
            $"{Seconds(iommu)} of {Seconds(shutdown.Time.DurationNs)} went into unmapping memory from the IOMMU and unpinning it, " +
            $"{Seconds(memory)} into giving back the address space",
            "with huge pages (hugetlbfs, 1 GiB) there are fewer pages to unpin and to give back" +
            (memory > iommu ? "; QEMU's -run-with async-teardown=on leaves the second to another process" : ""));
    }
}
