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

    /// <summary>
    /// A function that a kernel has if it has what the probe is to see. Where it is missing as well, the probe is not; null: all kernels have
    /// it.
    /// </summary>
    public string? OnlyWith { get; init; }

    /// <summary>Called often by all processes, so the cost of a call matters. Other probes fire a few times a minute.</summary>
    public bool Hot { get; init; }

    /// <summary>Called when any process or thread of the host ends: on some hosts 100,000 times a second.</summary>
    public bool AtEachEnd { get; init; }

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
    /// The compiler may have left out arguments of the function, which then is <c>NAME.isra.0</c>. The programs read none.
    /// </summary>
    public bool MayLackArguments { get; init; }

    /// <summary>Name of a function whose arguments the compiler changed.</summary>
    public string ChangedSymbol => Symbol + ".isra.0";

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

    /// <summary>Preempts a thread in kernel mode. A kernel without this function never does (CONFIG_PREEMPTION).</summary>
    public const string Preempts = "preempt_schedule";

    /// <summary>VFIO_GROUP_GET_DEVICE_FD: takes the same lock as the release, and also resets.</summary>
    /// <remarks>CONFIG_VFIO_GROUP may be off since c1cce6d079b8 ("vfio: Compile vfio_group infrastructure optionally"), 6.6.</remarks>
    public static readonly Probe Open = new("open", "release", "vfio_group_fops_unl_ioctl", KernelModules.Vfio, "open")
    {
        OnlyWith = "vfio_group_fops_open",
    };

    /// <summary>
    /// VFIO_DEVICE_BIND_IOMMUFD on a device's own node: opens and resets it, as <see cref="Open"/> does for the group. The process that
    /// binds the device uses it; another one may have opened the node.
    /// </summary>
    /// <remarks>
    /// Devices have nodes since 8b6f173a4ce4 ("vfio: Add cdev for vfio_device"), 6.6, with CONFIG_VFIO_DEVICE_CDEV. Without that there is
    /// still a vfio_device_fops_cdev_open, which does nothing.
    /// </remarks>
    public static readonly Probe Bind = new("bind", "release", "vfio_df_ioctl_bind_iommufd", KernelModules.Vfio, "bind")
    {
        OnlyWith = "vfio_init_device_cdev",
        NeedsStruct = "vfio_device_file",
    };

    /// <summary>
    /// VFIO_DEVICE_RESET and VFIO_DEVICE_PCI_HOT_RESET: a program has its device reset, or all devices of its slot or bus. The function is
    /// called for every request on a device; the programs look at its number first.
    /// </summary>
    public static readonly Probe UserReset = new("user_reset", "release", "vfio_device_fops_unl_ioctl", KernelModules.Vfio, "user_reset")
    {
        NeedsStruct = "vfio_device_set",
    };

    /// <summary>The same before dev_sets existed, as <see cref="ReleaseBeforeDevSets"/>.</summary>
    public static readonly Probe UserResetBeforeDevSets =
        new("user_reset", "release", "vfio_pci_ioctl", KernelModules.VfioPci, "user_reset_reflck");

    public static readonly Probe LockEntry = new("lock", "lock", "mutex_lock", null, "lock") { Essential = true, Hot = true };

    public static readonly Probe LockSlowPath = LockEntry with { Symbol = "__mutex_lock_slowpath" };

    public static readonly Probe LockContention = LockEntry with { Symbol = "contention_begin", EndsIn = "contention_end" };

    /// <summary>
    /// Waits for an rw-semaphore, where the contention tracepoints are not used: called only if it is held. The tracepoints tell of both kinds
    /// of locks.
    /// </summary>
    public static readonly IReadOnlyList<Probe> RwsemSlowPaths =
    [
        new("rwsem_read", "lock", "rwsem_down_read_slowpath", null, "rwsem_read") { Hot = true },
        new("rwsem_write", "lock", "rwsem_down_write_slowpath", null, "rwsem_write") { Hot = true },
    ];

    public static readonly Probe Signal = new("signal", "teardown", "signal_generate", null, "signal_generate");

    /// <summary>Child processes inherit devices and may close them last.</summary>
    public static readonly Probe Fork = new("fork", "teardown", "sched_process_fork", null, "sched_process_fork");

    /// <summary>Process exit, and the parts of a teardown other than device release.</summary>
    public static readonly IReadOnlyList<Probe> Teardown =
    [
        new("exits", "teardown", "do_group_exit", null, "process_exits") { Instant = true, AtEachEnd = true },
        new("reaped", "teardown", "release_task", null, "process_reaped") { Instant = true, AtEachEnd = true },
        new("memory", "teardown", "exit_mmap", null, "memory") { AtEachEnd = true },
        new("files", "teardown", "exit_files", null, "files") { EndsIn = "exit_thread", AtEachEnd = true },
        new("iommu_type1", "teardown", "vfio_iommu_type1_detach_group", KernelModules.VfioIommuType1, "iommu_type1"),
        new("iommufd", "teardown", "iommufd_fops_release", KernelModules.Iommufd, "iommufd"),
        // The last device leaves an address space while it is being released; 51fe6141f0f6 "iommufd: Data structure to provide IOVA to PFN
        // mapping", 6.2.
        new("iommufd_domain", "teardown", "iopt_table_remove_domain", KernelModules.Iommufd, "iommufd_domain"),
        new("kvm_vm", "teardown", "kvm_vm_release", KernelModules.Kvm, "kvm_vm"),
        new("kvm_put", "teardown", "kvm_put_kvm", KernelModules.Kvm, "kvm_put"),
        new("kvm_memory", "teardown", "kvm_mmu_notifier_release", KernelModules.Kvm, "kvm_memory"),
    ];

    /// <summary>What a teardown unmaps and unpins: mappings, batches of pages, and the ioctls that ask for it.</summary>
    public static readonly IReadOnlyList<Probe> Unmap =
    [
        new("unmap_type1", "unmap", "vfio_remove_dma", KernelModules.VfioIommuType1, "unmap_type1") { Instant = true },
        new("unpin_type1", "unmap", "vfio_sync_unpin", KernelModules.VfioIommuType1, "unpin_type1") { MayLackArguments = true },
        new("unmap_domain", "unmap", "iopt_area_unfill_domain", KernelModules.Iommufd, "unmap_domain"),
        new("unmap_domains", "unmap", "iopt_area_unfill_domains", KernelModules.Iommufd, "unmap_domains"),
        new("unmap_iova", "unmap", "iopt_unmap_iova", KernelModules.Iommufd, "unmap_iova"),
        new("unmap_all", "unmap", "iopt_unmap_all", KernelModules.Iommufd, "unmap_all"),
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

    /// <summary>A process runs another program: if it soon opens something of VFIO, its start began then.</summary>
    public static readonly Probe Exec = new("exec", "start", "sched_process_exec", null, "sched_process_exec");

    /// <summary>A start, beside the opens of devices: from the first contact with VFIO to the first run of a vCPU.</summary>
    public static readonly IReadOnlyList<Probe> Start =
    [
        new("contact", "start", "vfio_fops_open", KernelModules.Vfio, "contact") { Instant = true },
        new("contact_iommufd", "start", "iommufd_fops_open", KernelModules.Iommufd, "contact") { Instant = true },
        new("vm", "start", "kvm_dev_ioctl", KernelModules.Kvm, "vm_created") { Instant = true },
        // Whenever a vCPU goes on after an exit to user space. An fentry program would be cheaper, but nobody could unload KVM.
        new("run", "start", "kvm_arch_vcpu_ioctl_run", KernelModules.Kvm, "vcpu_runs") { Instant = true },
        new("kvm_slot", "start", "kvm_set_memory_region", KernelModules.Kvm, "kvm_slot"),
        new("dma_type1", "start", "vfio_iommu_type1_ioctl", KernelModules.VfioIommuType1, "dma_type1"),
        new("dma_iommufd", "start", "iopt_map_user_pages", KernelModules.Iommufd, "dma_iommufd"),
        new("dma_domain", "start", "iopt_table_add_domain", KernelModules.Iommufd, "dma_domain"),
    ];

    /// <summary>Memory of a file is mapped; IOMMU_IOAS_MAP_FILE, 6.13.</summary>
    public static readonly Probe DmaFile =
        new("dma_file", "start", "iopt_map_file_pages", KernelModules.Iommufd, "dma_file") { OnlyWith = "iopt_map_file_pages" };

    /// <summary>Interrupts of a device are set up; in another module until 7fa005caa35e, as <see cref="Power"/>.</summary>
    public static readonly Probe Interrupts =
        new("interrupts", "start", "vfio_pci_set_irqs_ioctl", KernelModules.VfioPciCore, "interrupts");

    public static readonly Probe InterruptsBeforeCore = Interrupts with { Module = KernelModules.VfioPci };

    /// <summary>Faults of BARs that are mapped into a process: of one page of the smallest size.</summary>
    public static readonly Probe BarPage = new("bar_page", "bars", "vfio_pci_mmap_page_fault", KernelModules.VfioPciCore, "bar_page");

    /// <summary>
    /// Of one page of any size: f9e54c3a2f5b ("vfio/pci: implement huge_fault support"), 6.12, with CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP. For a small
    /// page <see cref="BarPage"/> may go on as this one.
    /// </summary>
    public static readonly Probe BarHuge =
        new("bar_huge", "bars", "vfio_pci_mmap_huge_fault", KernelModules.VfioPciCore, "bar_huge") { OnlyWith = "vfio_pci_mmap_huge_fault" };

    /// <summary>Before that commit: the first fault maps all of an area.</summary>
    public static readonly Probe BarArea = new("bar_area", "bars", "vfio_pci_mmap_fault", KernelModules.VfioPciCore, "bar_area");

    /// <summary>The same in another module until 7fa005caa35e, as <see cref="Power"/>.</summary>
    public static readonly Probe BarAreaBeforeCore = BarArea with { Module = KernelModules.VfioPci };

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

    /// <summary>
    /// Steps that not all kernels have. The functions are called through a table or from other files, so that no compiler inlines them: a
    /// kernel without the function does not have the step.
    /// </summary>
    public static readonly IReadOnlyList<Probe> NewerResets =
    [
        // 6937b7dd4349 "PCI: Add support for ACPI _RST reset method", 5.15.
        IfThere("reset_acpi", "pci_dev_acpi_reset"),
        // 53c49b6e6dd2 "PCI/CXL: Add 'cxl_bus' reset method for devices below CXL Ports", 6.11.
        IfThere("reset_cxl_bus", "cxl_reset_bus_function"),
        // Proposed in 2026.
        IfThere("reset_d3cold", "pci_d3cold_reset"),
        // c279e83953d9 "iommu: Introduce pci_dev_reset_iommu_prepare/done()", 7.0.
        IfThere("reset_iommu_block", "pci_dev_reset_iommu_prepare"),
        IfThere("reset_iommu_restore", "pci_dev_reset_iommu_done"),
    ];

    /// <summary>
    /// What only tries to take the locks of a device, or of the bridge above it, for a reset, which is left out if one is held. Which
    /// of the functions vfio-pci calls, and whether one calls the other, differs; the first may be inlined into the others of its file.
    /// </summary>
    public static readonly IReadOnlyList<Probe> Trylocks =
    [
        IfThere("trylock_device", "pci_dev_trylock"),
        IfThere("trylock_reset", "pci_try_reset_function"),
        IfThere("trylock_config", "pci_cfg_access_trylock"),
    ];

    // A kernel without the function has nothing for the probe to see.
    private static Probe IfThere(string name, string symbol) => new(name, "reset", symbol, null, name) { OnlyWith = symbol };

    /// <summary>The compiled objects of all probes.</summary>
    public static IEnumerable<string> Objects => All.Append(Module).Select(p => p.Object).Distinct();

    /// <summary>All functions that a probe may attach to.</summary>
    public static IEnumerable<string> Functions =>
        All.SelectMany(p => new[] { p.Symbol, p.EndsIn, p.MayBeSplit ? p.PartSymbol : null, p.MayLackArguments ? p.ChangedSymbol : null }).OfType<string>();

    /// <summary>All functions that the plan checks for.</summary>
    public static IEnumerable<string> Asked => [.. Functions, .. All.Select(p => p.OnlyWith).OfType<string>(), MakesDevSets, Preempts];

    /// <summary>All probes on functions.</summary>
    public static IEnumerable<Probe> All =>
        [Release, ReleaseBeforeDevSets, Open, Bind, UserReset, UserResetBeforeDevSets, LockEntry, LockSlowPath, .. RwsemSlowPaths, .. Reset, .. NewerResets, .. Trylocks, .. Teardown, .. Unmap, CoreDump, CoreDumpBeforeVfs, Power, PowerBeforeCore, .. Start, DmaFile,
            Interrupts, InterruptsBeforeCore, BarPage, BarHuge, BarArea, BarAreaBeforeCore];
}
