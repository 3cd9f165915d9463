using System.Collections.Immutable;
using Profiler.Core.Findings;

namespace Profiler.Core.Names;

/// <summary>
/// The one table of all findings. Report, metrics, schema and docs/findings.md have the same; a test compares them.
/// </summary>
public static class FindingKinds
{
    public static readonly FindingKind SerialExit = new(
        "serial_exit", Severity.Warning, "The kernel closed the devices of an exiting process one after another.");

    public static readonly FindingKind SerialClose = new(
        "serial_close", Severity.Warning, "A process that lives on closed its devices one after another.");

    public static readonly FindingKind LockHeld = new(
        "lock_held_across_release", Severity.Warning, "Releases waited for a lock that is held while another device is released and reset.");

    public static readonly FindingKind VfsShareDevSet = new(
        "vfs_share_dev_set", Severity.Warning, "Virtual functions waited for one another because they share one dev_set.");

    public static readonly FindingKind Parallel = new(
        "parallel", Severity.Info, "Devices were released at the same time, without long waits.");

    public static readonly FindingKind UnpinDominates = new(
        "unpin_dominates", Severity.Warning, "Unmapping, unpinning and freeing memory took a large part of the shutdown.");

    public static readonly FindingKind IommufdCompat = new(
        "iommufd_compat", Severity.Info, "Devices were used through a container that is emulated by an iommufd.");

    public static readonly FindingKind FasterReset = new(
        "faster_reset_offered", Severity.Warning, "A device was reset by a slow bus reset although a faster method is offered.");

    public static readonly FindingKind ResetTimedOut = new(
        "reset_timed_out", Severity.Warning, "A device did not respond after its reset, and the kernel gave up waiting.", OfDevice: true);

    public static readonly FindingKind ResetFellBack = new(
        "reset_fell_back", Severity.Warning, "A reset method timed out, and another one reset the device.", OfDevice: true);

    public static readonly FindingKind ResetSkipped = new(
        "reset_skipped", Severity.Warning, "A device was released without a reset although it supports one.", OfDevice: true);

    public static readonly FindingKind LinkDegraded = new(
        "link_degraded_after_reset", Severity.Warning, "The PCIe link of a device was slower or narrower after a reset than before.", OfDevice: true);

    public static readonly FindingKind DeviceGone = new(
        "device_gone_after_reset", Severity.Warning, "A device that was reset does not answer any more.", OfDevice: true);

    public static readonly FindingKind NotReleased = new(
        "device_not_released", Severity.Warning, "The process is gone, but a device that it opened was not released.", OfDevice: true);

    public static readonly FindingKind LibvirtLimits = new(
        "libvirt_limits", Severity.Info, "How far a VM's shutdown was from libvirt's time limits.");

    public static readonly FindingKind StopLimit = new(
        "stop_limit", Severity.Info, "How far a shutdown was from the time limit of whoever stops the process, or from a given one.");

    public static readonly FindingKind OpenDelayed = new(
        "open_delayed", Severity.Warning, "Opening a device waited for a lock that another process's release held.");

    public static readonly FindingKind SmallPages = new(
        "small_pages", Severity.Warning, "A start pinned much memory that came in small pages.");

    public static readonly FindingKind MemoryZeroing = new(
        "memory_zeroing", Severity.Warning, "Memory was allocated and cleared while a start pinned it, by one thread.");

    public static readonly FindingKind BarSmallMappings = new(
        "bar_small_mappings", Severity.Warning, "A start mapped devices' BARs into the process in small pages.");

    public static readonly FindingKind SerialOpen = new(
        "serial_open", Severity.Warning, "A start opened its devices one after another.");

    public static readonly FindingKind ResetTwice = new(
        "reset_twice", Severity.Warning, "A start reset devices again after their opens had reset them.");

    public static readonly FindingKind SlowReadiness = new(
        "slow_readiness", Severity.Warning, "A device took long to respond after a reset in a start.", OfDevice: true);

    public static readonly FindingKind FirmwareNotHost = new(
        "firmware_not_host", Severity.Info, "When the host had done its part of a start: what comes later is the guest's.");

    /// <summary>All of them, in the order of the documents.</summary>
    public static readonly ImmutableArray<FindingKind> All =
    [
        SerialExit, SerialClose, LockHeld, VfsShareDevSet, Parallel, UnpinDominates, IommufdCompat, FasterReset, ResetTimedOut, ResetFellBack,
        ResetSkipped, LinkDegraded, DeviceGone, NotReleased, LibvirtLimits, StopLimit, OpenDelayed, SmallPages, MemoryZeroing, BarSmallMappings,
        SerialOpen, ResetTwice, SlowReadiness, FirmwareNotHost,
    ];

    /// <summary>Those that say that a device is faulty or not free.</summary>
    public static ImmutableArray<FindingKind> OfDevices { get; } = [.. All.Where(k => k.OfDevice)];
}
