using System.Collections.Immutable;

namespace Profiler.Core.Names;

/// <summary>
/// The one table of the attributes of spans and log records. Names of OpenTelemetry's conventions where there are any
/// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/), else below <c>vfio.</c>; docs/otlp.md has the same.
/// </summary>
public static class TelemetryAttributes
{
    private static readonly List<TelemetryAttribute> Declared = []; // must be initialised before All

    public static readonly string
        Pid = Standard("process.pid", "the process; of a link the holder's"),
        Executable = Standard("process.executable.name", "its name as the kernel has it, 15 characters at most"),
        ThreadId = Standard("thread.id", "the thread"),
        ThreadName = Standard("thread.name", "the thread's name"),
        Namespace = Standard("k8s.namespace.name", "namespace of the VM's pod, where it is in one"),
        Pod = Standard("k8s.pod.name", "name of the VM's pod"),
        HardwareId = Standard("hw.id", "PCI address of the device, or the name of a mediated one"),
        HardwareName = Standard("hw.name", "vendor and device"),
        HardwareType = Standard("hw.type", "`gpu`, `network` or `disk_controller`, by the PCI class; absent for others"),
        Error = Standard("error.type", "name of the error, such as `ENOTTY`; the span's status is an error as well"),

        Life = Own("vfio.life", "`shutdown` or `start`"),
        Vm = Own("vfio.vm.name", "the VM, by the same name as in reports and metrics"),
        Complete = Own("vfio.life.complete", "false: it was not seen from begin to end, and its times are lower bounds"),
        BeganBefore = Own("vfio.life.began_before", "true: it began before the capture"),
        Unfinished = Own("vfio.life.unfinished", "true: it, or this operation, was not over when the capture ended; the end of the span is not its end"),
        MonotonicStart = Own("vfio.life.start_monotonic_ns", "its begin, `CLOCK_MONOTONIC`: `start_ns` of reports"),
        Trigger = Own("vfio.shutdown.trigger", "the cause, as in reports"),
        Unreleased = Own("vfio.shutdown.unreleased", "devices that it opened and that were not released when it was gone"),
        StartKind = Own("vfio.start.kind", "`vm`, `process`, or `devices` for a hot-plug"),
        StartEnd = Own("vfio.start.end", "`run`, `quiet`, `exit` (the start failed) or `capture`"),
        PinnedBytes = Own("vfio.start.pinned_bytes", "memory that was pinned for DMA"),
        Devices = Own("vfio.devices", "number of releases of a shutdown, or of successful opens of a start"),
        LockWaitSeconds = Own("vfio.lock_wait.seconds", "sum of its lock waits"),
        ResetSeconds = Own("vfio.reset.seconds", "sum of its resets; of a link the part in which the holder reset a device"),
        PhaseSeconds = Own("vfio.phase.PHASE.seconds", "wall time by phase, those that took any; `unattributed` is always there"),
        LeftOut = Own("vfio.spans.left_out", "spans that this life has beyond the maximum of a trace, the shortest parts first"),
        Problems = Own("vfio.capture.problems", "what makes figures incomplete, by its name in reports, as known when it is sent; absent if nothing does"),

        Operation = Own("vfio.operation", "`release`, `open`, `device_reset` or `hot_reset`"),
        Partial = Own("vfio.operation.partial", "true: it began before all probes were attached, so waits and resets may be missing"),
        State = Own("vfio.operation.state", "of one that was not over: what it was doing"),
        AfterDeath = Own("vfio.release.after_death.seconds", "for how long the process had been dead when the release began"),
        ByKernelThread = Own("vfio.release.by_kernel_thread", "true: a thread of the kernel closed the device last"),
        ResetMethod = Own("vfio.reset.method", "the method that was tried last, or of an attempt"),
        ResetAttempts = Own("vfio.reset.attempts", "all methods that were tried, if there was more than one"),
        LockKind = Own("vfio.lock.kind", "`dev_set`, `group`, `rwsem` or `other`"),
        LockNumber = Own("vfio.lock.number", "the lock, numbered as it was first seen; addresses of the kernel are not passed on"),
        AsWriter = Own("vfio.lock.as_writer", "whether an rw-semaphore was needed to write"),
        HeldSeconds = Own("vfio.lock.held.seconds", "of a link: the part of the wait in which it held the lock"),
        OtherHolders = Own("vfio.lock.other_holders", "holders that are no release or open, so that there is no span to link to"),
        UnknownSeconds = Own("vfio.lock.unknown_holder.seconds", "the part of the wait for which no holder is known"),

        Finding = Own("vfio.finding", "[the finding](findings.md)"),
        FindingSeconds = Own("vfio.finding.seconds", "wall time that it cost or that is at stake; 0 if it is not about time"),
        FindingDevices = Own("vfio.finding.devices", "the devices that it is about"),
        FindingRemedy = Own("vfio.finding.remedy", "what would help"),
        FindingNumber = Own("vfio.finding.number.NAME", "the numbers of the sentence, as in the JSON report");

    /// <summary>All of them, in the order of the document.</summary>
    public static readonly ImmutableArray<TelemetryAttribute> All = [.. Declared];

    /// <summary>The attribute of a phase.</summary>
    /// <param name="phase">Its name.</param>
    public static string OfPhase(string phase) => PhaseSeconds.Replace("PHASE", phase, StringComparison.Ordinal);

    /// <summary>The attribute of a number of a finding.</summary>
    /// <param name="number">Its name.</param>
    public static string OfNumber(string number) => FindingNumber.Replace("NAME", number, StringComparison.Ordinal);

    private static string Standard(string name, string meaning) => Declare(name, meaning, standard: true);

    private static string Own(string name, string meaning) => Declare(name, meaning, standard: false);

    private static string Declare(string name, string meaning, bool standard)
    {
        Declared.Add(new TelemetryAttribute(name, meaning, standard));
        return name;
    }
}
