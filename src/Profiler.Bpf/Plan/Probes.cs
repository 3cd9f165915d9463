using Profiler.Linux;

namespace Profiler.Bpf.Plan;

/// <summary>How a pair of programs attaches to a function.</summary>
public enum AttachKind
{
    /// <summary>kprobe and kretprobe: always available, at the cost of a breakpoint.</summary>
    Kprobe,

    /// <summary>fentry and fexit: cheapest; require the function's type information.</summary>
    Fentry,

    /// <summary>Raw tracepoints.</summary>
    Tracepoint,
}

/// <summary>One probe, independent of the kernel.</summary>
/// <param name="Name">The probe's name in plan, report and metrics.</param>
/// <param name="Object">The compiled object that holds its programs, <c>bpf/NAME.bpf.c</c>.</param>
/// <param name="Symbol">The function or tracepoint.</param>
/// <param name="Module">The module that contains the function; null for the kernel.</param>
/// <param name="Programs">
/// Common prefix of the program names: <c>_kprobe</c>, <c>_kretprobe</c>, <c>_fentry</c> and <c>_fexit</c> are appended;
/// <c>_end_kprobe</c> and <c>_end_fentry</c> for <see cref="EndsIn"/>. For tracepoints, the programs have the tracepoints'
/// names.
/// </param>
public sealed record Probe(string Name, string Object, string Symbol, string? Module, string Programs)
{
    /// <summary>A struct whose layout the programs require (BTF); null if none.</summary>
    public string? NeedsStruct { get; init; }

    /// <summary>Called often by all processes, so the cost of a call matters. Other probes fire a few times a minute.</summary>
    public bool Hot { get; init; }

    /// <summary>Only the call is an event, not its return.</summary>
    public bool Instant { get; init; }

    /// <summary>
    /// The compiler may have split the function: it inlines the short check at the start into the callers. The rest is
    /// <c>NAME.part.0</c>, whose first argument is unchanged. In this case the probe attaches to the rest.
    /// </summary>
    public bool MayBeSplit { get; init; }

    /// <summary>Name of the rest of a split function.</summary>
    public string PartSymbol => Symbol + ".part.0";

    /// <summary>
    /// Function or tracepoint that ends the span which <see cref="Symbol"/> begins; null: the return of <see cref="Symbol"/>.
    /// </summary>
    public string? EndsIn { get; init; }

    /// <summary>The span ends with the function's return, and many calls may be in progress at once.</summary>
    public bool WatchesReturn => !Instant && EndsIn is null;

    /// <summary>One of the three required probes: release, lock, reset.</summary>
    public bool Essential { get; init; }
}

/// <summary>All probes.</summary>
public static class Probes
{
    /// <summary>The last close of a device. This function is outside all locks: the lock waits are within it.</summary>
    public static readonly Probe Release = new("release", "release", "vfio_device_fops_release", KernelModules.Vfio, "release")
    {
        Essential = true,
        NeedsStruct = "vfio_device_set",
    };

    /// <summary>
    /// The same before dev_sets existed (2cd8b14aaa66 "vfio/pci: Move to the device set infrastructure", 5.15): the argument
    /// leads to device and lock.
    /// </summary>
    public static readonly Probe ReleaseBeforeDevSets =
        new("release", "release", "vfio_pci_release", KernelModules.VfioPci, "release_reflck") { Essential = true };

    /// <summary>Adds a device to its dev_set. A kernel with this function has dev_sets (5.15).</summary>
    public const string MakesDevSets = "vfio_assign_device_set";

    /// <summary>VFIO_GROUP_GET_DEVICE_FD: takes the same lock as the release, and also resets.</summary>
    public static readonly Probe Open = new("open", "release", "vfio_group_fops_unl_ioctl", KernelModules.Vfio, "open");

    public static readonly Probe LockEntry = new("lock", "lock", "mutex_lock", null, "lock") { Essential = true, Hot = true };

    public static readonly Probe LockSlowPath = LockEntry with { Symbol = "__mutex_lock_slowpath" };

    public static readonly Probe LockContention = LockEntry with { Symbol = "contention_begin", EndsIn = "contention_end" };

    public static readonly Probe Signal = new("signal", "teardown", "signal_generate", null, "signal_generate");

    /// <summary>Child processes inherit devices and may close them last.</summary>
    public static readonly Probe Fork = new("fork", "teardown", "sched_process_fork", null, "sched_process_fork");

    /// <summary>Process exit, and the parts of a teardown other than device release.</summary>
    public static readonly IReadOnlyList<Probe> Teardown =
    [
        new("exits", "teardown", "do_group_exit", null, "process_exits") { Instant = true },
        new("reaped", "teardown", "release_task", null, "process_reaped") { Instant = true },
        new("memory", "teardown", "exit_mmap", null, "memory"),
        new("files", "teardown", "exit_files", null, "files") { EndsIn = "exit_thread" },
        new("iommu_type1", "teardown", "vfio_iommu_type1_detach_group", KernelModules.VfioIommuType1, "iommu_type1"),
        new("iommufd", "teardown", "iommufd_fops_release", KernelModules.Iommufd, "iommufd"),
        new("kvm_vm", "teardown", "kvm_vm_release", KernelModules.Kvm, "kvm_vm"),
        new("kvm_put", "teardown", "kvm_put_kvm", KernelModules.Kvm, "kvm_put"),
        new("kvm_memory", "teardown", "kvm_mmu_notifier_release", KernelModules.Kvm, "kvm_memory"),
    ];

    /// <summary>A core file is written.</summary>
    public static readonly Probe CoreDump = new("core_dump", "teardown", "vfs_coredump", null, "core_dump");

    /// <summary>Until 70e3ee31282d ("coredump: rename do_coredump() to vfs_coredump()"), 6.17.</summary>
    public static readonly Probe CoreDumpBeforeVfs = CoreDump with { Symbol = "do_coredump" };

    /// <summary>
    /// Power transitions in releases and opens; until 7fa005caa35e ("vfio/pci: Introduce vfio_pci_core.ko"), 5.15, the function
    /// was in another module.
    /// </summary>
    public static readonly Probe Power = new("power", "teardown", "vfio_pci_set_power_state", KernelModules.VfioPciCore, "power");

    public static readonly Probe PowerBeforeCore = Power with { Module = KernelModules.VfioPci };

    /// <summary>Load and unload of modules: a load adds functions to probe, an unload removes the probes on them.</summary>
    public static readonly Probe Module = new("module", "modules", "module_load", null, "module_load") { EndsIn = "module_free" };

    /// <summary>The steps of a reset, outermost first.</summary>
    public static readonly IReadOnlyList<Probe> Reset =
    [
        new("reset_function", "reset", "__pci_reset_function_locked", null, "reset_function"),
        new("reset_bus", "reset", "pci_reset_bus", null, "reset_bus"),
        new("reset_secondary_bus", "reset", "pci_reset_secondary_bus", null, "reset_secondary_bus") { Essential = true },
        new("reset_bridge_wait", "reset", "pci_bridge_wait_for_secondary_bus", null, "reset_bridge_wait") { MayBeSplit = true },
        new("reset_flr", "reset", "pcie_flr", null, "reset_flr"),
        new("reset_af_flr", "reset", "pci_af_flr", null, "reset_af_flr"),
        new("reset_pm", "reset", "pci_pm_reset", null, "reset_pm"),
        new("reset_device_specific", "reset", "pci_dev_specific_reset", null, "reset_device_specific"),
        new("reset_device_wait", "reset", "pci_dev_wait", null, "reset_device_wait"),
    ];

    /// <summary>All functions that a probe may attach to.</summary>
    public static IEnumerable<string> Functions =>
        All.SelectMany(p => new[] { p.Symbol, p.EndsIn, p.MayBeSplit ? p.PartSymbol : null }).OfType<string>();

    /// <summary>All functions that the plan checks for.</summary>
    public static IEnumerable<string> Asked => [.. Functions, MakesDevSets];

    /// <summary>All probes on functions.</summary>
    public static IEnumerable<Probe> All =>
        [Release, ReleaseBeforeDevSets, Open, LockEntry, LockSlowPath, .. Reset, .. Teardown, CoreDump, CoreDumpBeforeVfs, Power, PowerBeforeCore];
}
