using System.Collections.Immutable;
using static Profiler.Metrics.Table.MetricUnit;

namespace Profiler.Metrics.Table;

/// <summary>
/// The one table of all metrics. The Prometheus registry, the protobuf format, OTLP and docs/metrics.md read names, units,
/// labels and help from here. A new metric needs one line here and one line where it is set.
/// </summary>
public static class MetricTable
{
    private static readonly List<MetricDefinition> Declared = []; // must be initialised before All

    // ---- durations of operations ----

    public static readonly MetricDefinition ReleaseDuration = Histogram(
        "vfio_release_duration_seconds", "Duration of VFIO device releases, from the last close to its return, lock waits included.");

    public static readonly MetricDefinition OpenDuration = Histogram(
        "vfio_open_duration_seconds", "Duration of VFIO device opens, lock waits included.");

    public static readonly MetricDefinition LockWait = Histogram(
        "vfio_lock_wait_seconds", "Duration of single waits for a lock inside releases, opens and requested resets.");

    public static readonly MetricDefinition ResetDuration = Histogram(
        "vfio_reset_duration_seconds",
        "Duration of device resets by method, including the wait until the device responds again.", "method");

    public static readonly MetricDefinition ShutdownDuration = Histogram(
        "vfio_shutdown_duration_seconds",
        "Duration of shutdowns, from the signal or first release to the end of the process or the last release; only those seen whole.");

    public static readonly MetricDefinition ShutdownPhase = Histogram(
        "vfio_shutdown_phase_seconds",
        "Time that shutdowns spent in each phase, without those that spent none; each moment counts for one phase.", "phase");

    public static readonly MetricDefinition StartDuration = Histogram(
        "vfio_start_duration_seconds",
        "Duration of starts, from the begin of a VM's process or its first contact with VFIO to the first run of a vCPU; of other processes to " +
        "the last that they do with devices. Only those that succeeded and were seen whole.");

    public static readonly MetricDefinition StartPhase = Histogram(
        "vfio_start_phase_seconds",
        "Time that starts spent in each phase, without those that spent none; each moment counts for one phase.", "phase");

    // ---- exact durations: histogram buckets are approximate ----

    public static readonly MetricDefinition ReleaseLast = Last("vfio_release_last_seconds", ReleaseDuration);
    public static readonly MetricDefinition ReleaseLongest = Longest("vfio_release_longest_seconds", ReleaseDuration);
    public static readonly MetricDefinition OpenLast = Last("vfio_open_last_seconds", OpenDuration);
    public static readonly MetricDefinition OpenLongest = Longest("vfio_open_longest_seconds", OpenDuration);
    public static readonly MetricDefinition LockWaitLast = Last("vfio_lock_wait_last_seconds", LockWait);
    public static readonly MetricDefinition LockWaitLongest = Longest("vfio_lock_wait_longest_seconds", LockWait);
    public static readonly MetricDefinition ResetLast = Last("vfio_reset_last_seconds", ResetDuration);
    public static readonly MetricDefinition ResetLongest = Longest("vfio_reset_longest_seconds", ResetDuration);
    public static readonly MetricDefinition ShutdownLast = Last("vfio_shutdown_last_seconds", ShutdownDuration);
    public static readonly MetricDefinition ShutdownLongest = Longest("vfio_shutdown_longest_seconds", ShutdownDuration);

    public static readonly MetricDefinition StartLast = Last("vfio_start_last_seconds", StartDuration);
    public static readonly MetricDefinition StartLongest = Longest("vfio_start_longest_seconds", StartDuration);

    // ---- operations in progress ----

    public static readonly MetricDefinition ReleasesInFlight = Gauge("vfio_releases_in_flight", None, "VFIO devices being released.");
    public static readonly MetricDefinition OpensInFlight = Gauge("vfio_opens_in_flight", None, "VFIO devices being opened.");
    public static readonly MetricDefinition LockWaiters = Gauge("vfio_lock_waiters", None, "Releases, opens and requested resets waiting for a lock.");
    public static readonly MetricDefinition ShutdownsInFlight = Gauge("vfio_shutdowns_in_flight", None, "Shutdowns under way.");
    public static readonly MetricDefinition StartsInFlight = Gauge("vfio_starts_in_flight", None, "Starts under way.");

    // ---- each VM ----

    public static readonly MetricDefinition LastShutdown = Gauge(
        "vfio_last_shutdown_seconds", Seconds,
        "Exact duration of the last shutdown of each VM (or other process, by its name); only those seen whole.", "vm");

    public static readonly MetricDefinition LastShutdownDevices = Gauge(
        "vfio_last_shutdown_devices", None, "Number of devices of the last shutdown of each VM.", "vm");

    public static readonly MetricDefinition LastShutdownTimestamp = Gauge(
        "vfio_last_shutdown_timestamp_seconds", Seconds, "End of the last shutdown of each VM, Unix time.", "vm");

    public static readonly MetricDefinition LastShutdownPhase = Gauge(
        "vfio_last_shutdown_phase_seconds", Seconds,
        "Time the last shutdown of each VM spent in each phase; the phases add up to its duration.", "vm", "phase");

    public static readonly MetricDefinition LastStart = Gauge(
        "vfio_last_start_seconds", Seconds,
        "Exact duration of the last start of each VM (or other process, by its name); only those that succeeded and were seen whole.", "vm");

    public static readonly MetricDefinition LastStartDevices = Gauge(
        "vfio_last_start_devices", None, "Number of devices that the last start of each VM opened, or tried to.", "vm");

    public static readonly MetricDefinition LastStartTimestamp = Gauge(
        "vfio_last_start_timestamp_seconds", Seconds, "End of the last start of each VM, Unix time.", "vm");

    public static readonly MetricDefinition LastStartPhase = Gauge(
        "vfio_last_start_phase_seconds", Seconds,
        "Time the last start of each VM spent in each phase; the phases add up to its duration.", "vm", "phase");

    public static readonly MetricDefinition DmaPinnedBytes = Counter(
        "vfio_dma_pinned_bytes_total", Bytes, "Memory that starts pinned and mapped for DMA.");

    public static readonly MetricDefinition DmaAllocatedBytes = Counter(
        "vfio_dma_allocated_bytes_total", Bytes, "Of that, memory that was not there yet: it was allocated and cleared on the way.");

    public static readonly MetricDefinition DmaUnpinnedBytes = Counter(
        "vfio_dma_unpinned_bytes_total", Bytes, "Memory that shutdowns unmapped and unpinned, as far as that can be watched.");

    public static readonly MetricDefinition VmInfo = Gauge(
        "vfio_vm_info", None,
        "Who runs each VM that has other series: its manager (libvirt, kubevirt, kata, kubernetes, proxmox, systemd, other; empty if unknown), " +
        "and the Kubernetes namespace and pod it runs in; always 1.", "vm", "manager", "namespace", "pod");

    // ---- each device ----

    public static readonly MetricDefinition DeviceInfo = Gauge(
        "vfio_device_info", None,
        "What each device that has other series is: its PCI ids, driver, IOMMU group and the kernel's reset methods in their order; always 1.",
        "device", "model", "pci_id", "driver", "iommu_group", "reset_methods");

    public static readonly MetricDefinition DeviceLastRelease = Gauge(
        "vfio_device_last_release_seconds", Seconds, "Exact duration of the last release of each device.", "device", "model", "vm");

    public static readonly MetricDefinition DeviceLastReleaseTimestamp = Gauge(
        "vfio_device_last_release_timestamp_seconds", Seconds, "End of the last release of each device, Unix time.",
        "device", "model", "vm");

    public static readonly MetricDefinition DeviceReleases = Counter(
        "vfio_device_releases_total", None, "Releases of each device.", "device", "model", "vm");

    public static readonly MetricDefinition DeviceReleaseSeconds = Counter(
        "vfio_device_release_seconds_total", Seconds, "Total duration of the releases of each device.", "device", "model", "vm");

    public static readonly MetricDefinition SecondsPerDevice = Gauge(
        "vfio_host_seconds_per_device", Seconds,
        "Mean duration of a release by device model, over the devices that have series of their own.", "model");

    public static readonly MetricDefinition DeviceReleaseStart = Gauge(
        "vfio_device_release_start_timestamp_seconds", Seconds,
        "Start of each release under way, Unix time; the oldest ones if there are too many.", "device", "vm");

    // ---- what a time limit should be ----

    public static readonly MetricDefinition ShutdownSlowDevice = Gauge(
        "vfio_shutdown_slow_device_seconds", Seconds,
        "What a device of each model adds to a shutdown, 99th percentile since the start (the longest while there are too " +
        "few): its release, or its share where several go on at once.",
        "model");

    public static readonly MetricDefinition ShutdownRestLongest = Gauge(
        "vfio_shutdown_rest_longest_seconds", Seconds,
        "Longest part of a shutdown, since the start, in which no device is released. A time limit for N devices leaves room if it is 1.5 * " +
        "(this + N * vfio_shutdown_slow_device_seconds).");

    // ---- findings ----

    public static readonly MetricDefinition LibvirtFailureDevices = Declare(
        "vfio_libvirt_failure_devices", MetricType.Gauge, None,
        "Number of devices from which on libvirt would give up on a shutdown (limit: 40 s and 2 s for each device), " +
        "projected from the last VM's shutdown; +Inf: never.", [], MetricStability.Experimental);

    public static readonly MetricDefinition Findings = Counter(
        "vfio_findings_total", None, "Findings about shutdowns and starts, and about devices after resets, as in the report.", "finding");

    public static readonly MetricDefinition FindingSeconds = Counter(
        "vfio_finding_seconds_total", Seconds, "Time that findings about shutdowns and starts cost or put at stake, as in the report.", "finding");

    public static readonly MetricDefinition DeviceFindings = Counter(
        "vfio_device_findings_total", None,
        "Findings that a device is faulty or not free: reset_timed_out, reset_fell_back, reset_skipped, link_degraded_after_reset, " +
        "device_gone_after_reset, device_not_released, slow_readiness.", "finding", "device", "vm");

    public static readonly MetricDefinition DeviceLastFindingTimestamp = Gauge(
        "vfio_device_last_finding_timestamp_seconds", Seconds, "End of the last shutdown with such a finding, Unix time.",
        "finding", "device", "vm");

    // ---- accuracy ----

    public static readonly MetricDefinition BuildInfo = Gauge(
        "vfioscope_build_info", None, "Always 1; version of vfioscope and of the kernel.", "version", "kernel");

    public static readonly MetricDefinition BootTime = Gauge(
        "vfioscope_boot_time_seconds", Seconds, "Start of the host that vfioscope runs on, Unix time.");

    public static readonly MetricDefinition CaptureComplete = Gauge(
        "vfioscope_capture_complete", None,
        "1 if all figures since the start are complete, 0 if there is a problem of impact incomplete.");

    public static readonly MetricDefinition Problem = Gauge(
        "vfioscope_problem", None,
        "1 if the capture has had this problem since the start, 0 if not; impact incomplete: figures may be wrong or missing.",
        "problem", "impact");

    public static readonly MetricDefinition Problems = Counter(
        "vfioscope_problems_total", None,
        "Number of lost or missed events, calls, shutdowns and so on, by problem; only where it is known.", "problem", "impact");

    public static readonly MetricDefinition ProbeAttached = Gauge(
        "vfioscope_probe_attached", None, "1 if the probe is attached, else 0.", "probe", "symbol", "attach");

    public static readonly MetricDefinition ProbeMissed = Counter(
        "vfioscope_probe_missed_total", None,
        "Calls for which the kernel did not run a probe; only for probes where the kernel counts them.", "probe", "symbol");

    public static readonly MetricDefinition Events = Counter(
        "vfioscope_events_total", None, "Events received from the kernel.", "kind");

    public static readonly MetricDefinition EventsLost = Counter(
        "vfioscope_events_lost_total", None, "Events lost because the ring buffer was full; only where that is known.", "kind");

    public static readonly MetricDefinition StacksLost = Counter(
        "vfioscope_stacks_lost_total", None, "Kernel stacks that could not be kept.");

    public static readonly MetricDefinition SeriesFolded = Counter(
        "vfioscope_series_folded_total", None,
        "Releases, findings and shutdowns that were aggregated as other, because the label had too many values.", "label");

    // ---- flight recorder ----

    public static readonly MetricDefinition KeptRecordings = Counter(
        "vfioscope_kept_recordings_total", None, "Recordings that the flight recorder kept; only with --keep-slow.");

    public static readonly MetricDefinition KeptFailed = Counter(
        "vfioscope_kept_failed_total", None, "Recordings that the flight recorder could not write; only with --keep-slow.");

    public static readonly MetricDefinition KeptBytes = Counter(
        "vfioscope_kept_bytes_total", Bytes, "Size of the recordings that the flight recorder kept; only with --keep-slow.");

    public static readonly MetricDefinition KeptTimestamp = Gauge(
        "vfioscope_kept_recording_timestamp_seconds", Seconds,
        "The newest 32 recordings in the directory of the flight recorder: when the shutdown or start ended, was found to be slow if it is " +
        "still running, or the recording was asked for, Unix time. vm is as in the name of the file.", "file", "vm", "life", "running");

    public static readonly MetricDefinition KeptSeconds = Gauge(
        "vfioscope_kept_recording_seconds", Seconds,
        "How long the shutdown or start took that each of these recordings was kept for; a lower bound if it was still running, absent if " +
        "the recording was asked for.", "file", "vm", "life", "running");

    // ---- OpenTelemetry ----

    public static readonly MetricDefinition OtlpSent = Counter(
        "vfioscope_otlp_sent_total", None, "Spans and log records that a receiver took; only with --otlp.signals traces or logs.", "signal");

    public static readonly MetricDefinition OtlpLost = Counter(
        "vfioscope_otlp_lost_total", None,
        "Spans and log records that were lost: too many waited for the receiver (queue_full), or it did not want them (refused).", "signal", "reason");

    // ---- overhead ----

    private const string WhenCounted = "; only while the kernel counts it: --bpf-stats, or sysctl kernel.bpf_stats_enabled.";

    public static readonly MetricDefinition BpfRunSeconds = Counter(
        "vfioscope_bpf_run_seconds_total", Seconds, "CPU time of a BPF program" + WhenCounted, "program");

    public static readonly MetricDefinition BpfRuns = Counter(
        "vfioscope_bpf_runs_total", None, "Runs of a BPF program" + WhenCounted, "program");

    // Standard names of all Prometheus clients:
    // https://prometheus.io/docs/instrumenting/writing_clientlibs/#standard-and-runtime-collectors
    public static readonly MetricDefinition ProcessCpuSeconds = Counter(
        "process_cpu_seconds_total", Seconds, "Total user and system CPU time spent in seconds.");

    public static readonly MetricDefinition ProcessResidentMemory = Gauge(
        "process_resident_memory_bytes", Bytes, "Resident memory size in bytes.");

    public static readonly MetricDefinition ProcessVirtualMemory = Gauge(
        "process_virtual_memory_bytes", Bytes, "Virtual memory size in bytes.");

    public static readonly MetricDefinition ProcessOpenFds = Gauge("process_open_fds", None, "Number of open file descriptors.");

    public static readonly MetricDefinition ProcessMaxFds = Gauge(
        "process_max_fds", None, "Maximum number of open file descriptors.");

    public static readonly MetricDefinition ProcessStartTime = Gauge(
        "process_start_time_seconds", Seconds, "Start time of the process since unix epoch in seconds.");

    public static readonly MetricDefinition GcAllocatedBytes = Declare(
        "dotnet_gc_allocated_bytes_total", MetricType.Counter, Bytes, "Bytes allocated on the managed heap.", [],
        MetricStability.Experimental);

    public static readonly MetricDefinition GcCollections = Declare(
        "dotnet_gc_collections_total", MetricType.Counter, None, "Garbage collections, by generation.", ["generation"],
        MetricStability.Experimental);

    /// <summary>All metrics, in the order of the output.</summary>
    public static readonly ImmutableArray<MetricDefinition> All = [.. Declared];

    private static MetricDefinition Histogram(string name, string help, params ImmutableArray<string> labels) =>
        Declare(name, MetricType.Histogram, Seconds, help, labels);

    private static MetricDefinition Gauge(string name, MetricUnit unit, string help, params ImmutableArray<string> labels) =>
        Declare(name, MetricType.Gauge, unit, help, labels);

    private static MetricDefinition Counter(string name, MetricUnit unit, string help, params ImmutableArray<string> labels) =>
        Declare(name, MetricType.Counter, unit, help, labels);

    private static MetricDefinition Declare(
        string name, MetricType type, MetricUnit unit, string help, ImmutableArray<string> labels,
        MetricStability stability = MetricStability.Stable)
    {
        var metric = new MetricDefinition(name, type, unit, help, labels, stability);
        Declared.Add(metric);
        return metric;
    }

    private static MetricDefinition Last(string name, MetricDefinition of) => Gauge(
        name, Seconds, $"Exact duration of the last value in {of.Name}; absent before the first one.", of.Labels);

    private static MetricDefinition Longest(string name, MetricDefinition of) => Gauge(
        name, Seconds,
        $"Exact duration of the longest value in {of.Name} of the last 5 minutes; absent if there was none. Of a recording: of all of it.",
        of.Labels);
}
