using System.Collections.Immutable;

namespace Profiler.Core.Stuck;

/// <summary>
/// What kernel functions on a stack mean. A function that is not on the stack, as the compiler inlined it, has its caller in the
/// table. Names of older and newer kernels stand side by side: a name that a kernel does not have does no harm.
/// </summary>
public static class KernelFunctions
{
    // The first row with a function on the stack decides: an unbind releases, a release frees mappings.
    private static readonly ImmutableArray<(KernelActivity Activity, string[] Functions)> Activities =
    [
        (KernelActivity.Unbind, ["unbind_store"]),
        (KernelActivity.Bind, ["bind_store", "drivers_probe_store", "new_id_store"]),
        (KernelActivity.SysfsReset, ["reset_store"]),
        (KernelActivity.SetVirtualFunctions, ["sriov_numvfs_store"]),
        (KernelActivity.Remove, ["remove_store", "pci_stop_and_remove_bus_device", "pci_stop_and_remove_bus_device_locked", "pciehp_unconfigure_device"]),
        (KernelActivity.HotReset, ["vfio_pci_ioctl_pci_hot_reset", "vfio_pci_dev_set_hot_reset", "vfio_pci_ioctl_pci_hot_reset_groups"]),
        (KernelActivity.DeviceReset, ["vfio_pci_ioctl_reset"]),
        (KernelActivity.Release, ["vfio_device_fops_release", "vfio_pci_release", "vfio_pci_core_close_device", "vfio_df_close"]),
        (KernelActivity.Open,
        [
            "vfio_group_ioctl_get_device_fd", "vfio_group_get_device_fd", "vfio_device_open", "vfio_device_open_file", "vfio_df_open",
            "vfio_device_group_open", "vfio_df_group_open", "vfio_df_ioctl_bind_iommufd", "vfio_device_ioctl_bind_iommufd",
            "vfio_pci_open", "vfio_pci_open_device", "vfio_pci_core_enable", "vfio_group_fops_unl_ioctl",
        ]),
        (KernelActivity.CloseGroup, ["vfio_group_fops_release"]),
        (KernelActivity.CloseContainer, ["vfio_fops_release", "vfio_container_fops_release", "vfio_iommu_type1_release"]),
        (KernelActivity.CloseIommufd, ["iommufd_fops_release"]),
        (KernelActivity.UnmapDma, ["vfio_dma_do_unmap", "iommufd_ioas_unmap"]),
        (KernelActivity.MapDma, ["vfio_dma_do_map", "iommufd_ioas_map", "vfio_iommu_type1_ioctl"]),
        (KernelActivity.DeviceAccess,
        [
            "vfio_pci_config_rw", "vfio_pci_bar_rw", "vfio_pci_core_read", "vfio_pci_core_write", "vfio_pci_read", "vfio_pci_write",
            "vfio_pci_mmap_fault", "vfio_pci_mmap_huge_fault", "vfio_device_fops_unl_ioctl", "vfio_pci_core_ioctl", "vfio_pci_ioctl",
            "pci_read_config", "pci_write_config",
        ]),
        (KernelActivity.CloseKvm, ["kvm_vm_release", "kvm_destroy_vm", "kvm_put_kvm"]),
        (KernelActivity.FreeMemory, ["exit_mmap"]),
    ];

    // From the innermost frame outwards, the first function of these.
    private static readonly Dictionary<string, KernelStep> Steps = Table(
        (KernelStep.DeviceWait, ["pci_dev_wait"]),
        (KernelStep.BusReset,
        [
            "pci_reset_secondary_bus", "pcibios_reset_secondary_bus", "pci_bridge_secondary_bus_reset", "pci_bridge_wait_for_secondary_bus",
            "pci_parent_bus_reset", "pci_reset_bus_function", "pciehp_reset_slot", "pci_reset_hotplug_slot", "__pci_reset_bus", "pci_reset_bus",
            "pci_bus_reset", "pci_dev_reset_slot_function", "__pci_reset_slot",
        ]),
        (KernelStep.Flr, ["pcie_flr", "pcie_reset_flr", "pci_af_flr"]),
        (KernelStep.PmReset, ["pci_pm_reset"]),
        (KernelStep.OtherReset,
        [
            "pci_dev_specific_reset", "pci_dev_acpi_reset", "__pci_reset_function_locked", "pci_reset_function_locked", "pci_try_reset_function",
            "pci_reset_function", "pci_dev_save_and_disable", "pci_dev_restore",
        ]),
        (KernelStep.IommuUnmap,
        [
            "vfio_unmap_unpin", "vfio_remove_dma", "vfio_sync_unpin", "vfio_unpin_pages_remote", "iommu_unmap", "iommu_unmap_fast", "__iommu_unmap",
            "vfio_iommu_unmap_unpin_all", "vfio_iommu_type1_detach_group", "iopt_unmap_iova_range", "iopt_area_unfill_domains",
            "iopt_area_unfill_domain", "iopt_table_remove_domain", "unpin_user_pages", "iommu_domain_free",
        ]),
        (KernelStep.Pin, ["vfio_pin_pages_remote", "vfio_pin_map_dma", "pin_user_pages_remote", "iopt_area_fill_domains", "pfn_reader_user_pin"]),
        (KernelStep.ZapMappings, ["vfio_pci_zap_bars", "vfio_pci_zap_and_vma_lock", "unmap_mapping_range"]),
        (KernelStep.ConfigWait, ["pci_wait_cfg"]),
        (KernelStep.WaitForUsers, ["vfio_unregister_group_dev", "vfio_del_group_dev", "vfio_virqfd_disable"]));

    // Of the functions that take a lock: a thread in uninterruptible sleep whose innermost frame is one of these waits for it.
    private static readonly Dictionary<string, KernelLock> Locks = Table(
        (KernelLock.DevSet,
        [
            "vfio_device_fops_release", "vfio_device_group_close", "vfio_df_group_close", "vfio_device_close", "vfio_df_close",
            "vfio_device_group_open", "vfio_df_group_open", "vfio_device_open", "vfio_device_open_file", "vfio_group_ioctl_get_device_fd",
            "vfio_group_get_device_fd", "vfio_group_fops_unl_ioctl", "vfio_df_ioctl_bind_iommufd", "vfio_device_ioctl_bind_iommufd",
            "vfio_df_unbind_iommufd", "vfio_df_ioctl_attach_pt", "vfio_df_ioctl_detach_pt", "vfio_pci_open", "vfio_pci_release", "vfio_pci_reflck_attach",
            "vfio_pci_dev_set_hot_reset", "vfio_pci_ioctl_pci_hot_reset",
        ]),
        (KernelLock.Group,
        [
            "vfio_group_fops_open", "vfio_group_fops_release", "vfio_group_ioctl_set_container", "vfio_group_ioctl_unset_container",
            "vfio_group_ioctl_get_status", "vfio_device_group_unregister",
        ]),
        (KernelLock.Device,
        [
            "device_release_driver_internal", "device_driver_detach", "device_driver_attach", "__device_driver_lock", "__driver_attach",
            "__device_attach", "device_lock", "pci_dev_lock", "pci_bus_lock", "pci_slot_lock", "pci_reset_function", "reset_method_store",
        ]),
        (KernelLock.DeviceMemory,
            ["vfio_pci_zap_and_down_write_memory_lock", "vfio_pci_memory_lock_and_enable", "vfio_pci_bar_rw", "vfio_pci_mmap_fault", "vfio_pci_core_do_io_rw"]),
        (KernelLock.RescanRemove, ["pci_lock_rescan_remove", "pci_stop_and_remove_bus_device_locked"]));

    /// <summary>What a thread with this stack does as a whole.</summary>
    /// <param name="stack">Innermost frame first.</param>
    public static KernelActivity ActivityOf(ImmutableArray<string> stack)
    {
        HashSet<string> functions = [.. stack.Select(FunctionOf)];
        return Activities.FirstOrDefault(a => a.Functions.Any(functions.Contains)).Activity;
    }

    /// <summary>Where it is in that.</summary>
    public static KernelStep StepOf(ImmutableArray<string> stack)
    {
        foreach (string frame in stack)
        {
            if (Steps.TryGetValue(FunctionOf(frame), out KernelStep step))
                return step;
        }
        return KernelStep.Other;
    }

    /// <summary>Whether any function of the table is on the stack.</summary>
    public static bool IsKnown(ImmutableArray<string> stack) => ActivityOf(stack) != KernelActivity.Other || StepOf(stack) != KernelStep.Other;

    /// <summary>The lock that a thread in this state waits for, as its innermost function takes it; null if that takes none that is known.</summary>
    public static KernelLock? LockOf(char state, ImmutableArray<string> stack) =>
        state == 'D' && stack is [var innermost, ..] && Locks.TryGetValue(FunctionOf(innermost), out KernelLock wanted) ? wanted : null;

    /// <summary>"pci_dev_wait" of "pci_dev_wait.isra.0+0x4c/0x1f0 [module]".</summary>
    public static string FunctionOf(string frame)
    {
        int end = frame.AsSpan().IndexOfAny('+', ' ', '.');
        return end < 0 ? frame : frame[..end];
    }

    private static Dictionary<string, T> Table<T>(params (T Value, string[] Functions)[] rows) =>
        rows.SelectMany(r => r.Functions.Select(f => (f, r.Value))).ToDictionary(r => r.f, r => r.Value, StringComparer.Ordinal);
}
