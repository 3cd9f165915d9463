using System.Collections.Immutable;
using Profiler.Core.Lives;

namespace Profiler.Core.Names;

/// <summary>How one phase of a shutdown is called.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Name">In metrics, and in the JSON report's histograms.</param>
/// <param name="Words">On the screen and in text.</param>
/// <param name="Meaning">What its time is spent on, for documents and the schema.</param>
public sealed record PhaseName(Phase Phase, string Name, string Words, string Meaning)
{
    /// <summary>Its field in the JSON report, nanoseconds.</summary>
    public string Field => Name + "_ns";
}

/// <summary>
/// The phases of a shutdown, in the order in which they usually come and are shown. Which one counts where several overlap is
/// the order of <see cref="Phase"/>.
/// </summary>
public static class PhaseNames
{
    public static readonly ImmutableArray<PhaseName> All =
    [
        new(Phase.Process, "process", "process in user space", "the process runs in user space, from the trigger until it exits"),
        new(Phase.CoreDump, "core_dump", "writing a core dump", "the kernel writes the process's memory to a core file, or to a program that takes it"),
        new(Phase.Memory, "memory", "freeing process memory", "the kernel frees the address space (exit_mmap); of a VM this is the guest's memory"),
        new(Phase.Reset, "reset", "device reset", "at least one device is being reset"),
        new(Phase.Power, "power", "device power state", "a device changes its power state"),
        new(Phase.Release, "release", "rest of device release", "a device is being released, without reset and without waiting for a lock"),
        new(Phase.Open, "open", "rest of device open", "a device is being opened, without reset and without waiting for a lock"),
        new(Phase.LockWait, "lock_wait", "waiting for locks", "releases, opens and requested resets wait for locks, and nothing else happens"),
        new(Phase.Iommu, "iommu", "IOMMU unmap and unpin", "the IOMMU is unmapped and pages are unpinned"),
        new(Phase.Kvm, "kvm", "KVM teardown", "KVM destroys its half of the VM"),
        new(Phase.Files, "files", "closing other files", "files other than devices are closed"),
        new(Phase.Reaping, "reaping", "zombie, waiting for its parent", "the process is dead, and its parent has not reaped it yet"),
        new(Phase.Unattributed, "unattributed", "not attributed", "wall time of no other phase"),
    ];

    public static readonly NameTable<Phase> Table = new([.. All.Select(p => (p.Phase, p.Name))]);

    private static readonly string[] WordsOf = [.. All.OrderBy(p => p.Phase).Select(p => p.Words)];

    /// <summary>"lock_wait".</summary>
    public static string Name(this Phase phase) => Table[phase];

    /// <summary>"waiting for locks".</summary>
    public static string Words(this Phase phase) => WordsOf[(int)phase];

    /// <summary>The same of one process: "QEMU in user space", "freeing guest memory", "vfio-user in user space".</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="comm">The process's name.</param>
    public static string Words(this Phase phase, string comm) => (phase, IsQemu(comm)) switch
    {
        (Phase.Process, true) => "QEMU in user space",
        (Phase.Process, false) when comm.Length > 0 => $"{comm} in user space",
        (Phase.Memory, true) => "freeing guest memory",
        _ => phase.Words(),
    };

    // qemu-system-x86_64, qemu-kvm; Debian and Proxmox start it as kvm.
    private static bool IsQemu(string comm) => comm.StartsWith("qemu", StringComparison.Ordinal) || comm == "kvm";
}
