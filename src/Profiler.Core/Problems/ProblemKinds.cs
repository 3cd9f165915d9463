using System.Collections.Immutable;

namespace Profiler.Core.Problems;

/// <summary>
/// The one table of everything that can be lost or wrong in a capture. Report, screen, <c>check</c> and metrics take
/// names, impact and words from here.
/// </summary>
public static class ProblemKinds
{
    // ---- between the BPF programs and user space ----

    public static readonly ProblemKind EventsLost = new(
        "events_lost", Impact.Incomplete, "Events that the ring buffer refused because it was full.",
        p => $"{Count(p, "event")} lost{In(p)}: the ring buffer was full", "use a larger --buffer");

    public static readonly ProblemKind EventsUnmatched = new(
        "events_unmatched", Impact.Incomplete, "Begins without an end and ends without a begin.",
        p => $"{Count(p, "event")} without a matching begin or end");

    public static readonly ProblemKind StacksLost = new(
        "stacks_lost", Impact.Note, "Kernel stacks that could not be stored.",
        p => $"{Count(p, "kernel stack")} could not be stored");

    // ---- what the BPF programs could not track: enum fault in bpf/events.h ----

    public static readonly ProblemKind SpansFull = new(
        "spans_full", Impact.Incomplete, "Releases, opens and requested resets that were not tracked because the map was full.",
        p => $"{Count(p, "release, open or requested reset", "releases, opens or requested resets")} not tracked: too many in progress at the same time");

    public static readonly ProblemKind ResetsFull = new(
        "resets_full", Impact.Incomplete, "Reset steps that were not tracked because the map was full.",
        p => $"{Count(p, "reset step")} not tracked: too many in progress at the same time");

    public static readonly ProblemKind OwnersFull = new(
        "owners_full", Impact.Incomplete, "Processes whose end was not tracked because the map was full.",
        p => $"the end of {Count(p, "process", "processes")} not tracked: too many processes have devices");

    public static readonly ProblemKind EndsLost = new(
        "ends_lost", Impact.Incomplete, "Releases, opens and requested resets whose return was not seen.",
        p => $"the return of {Count(p, "release, open or requested reset", "releases, opens or requested resets")} was not seen");

    // ---- probes ----

    public static readonly ProblemKind ProbeMissing = new(
        "probe_missing", Impact.Incomplete, "A required probe (release, lock or reset) is not attached.",
        p => $"required probe missing: {p.Detail}", "see 'vfioscope check'");

    public static readonly ProblemKind ProbeMissed = new(
        "probe_missed", Impact.Incomplete, "Calls for which the kernel did not run a probe.",
        p => $"the kernel did not run probe {p.Detail} for {Count(p, "call")}");

    public static readonly ProblemKind ProbeMayMiss = new(
        "probe_may_miss", Impact.Note, "Probes whose missed calls the kernel does not count.",
        p => $"{Probes(p)}: this kernel does not count missed calls");

    public static readonly ProblemKind ProbeLimited = new(
        "probe_limited", Impact.Incomplete, "A return probe that sees only a few calls at the same time and does not count the others.",
        p => $"probe {p.Detail} sees only a few calls at the same time: more are missed and not counted",
        "mount tracefs writable (mount -t tracefs tracefs /sys/kernel/tracing)");

    public static readonly ProblemKind TracingOff = new(
        "tracing_off", Impact.Incomplete, "Tracing was switched off for some time during the capture.",
        p => $"{p.Detail ?? "tracing"} was switched off for some time: events of that time are missing",
        "sysctl kernel.ftrace_enabled=1; echo 1 >/sys/kernel/debug/kprobes/enabled");

    // ---- shutdowns and starts that reach beyond the capture ----

    public static readonly ProblemKind BeganBefore = new(
        "began_before", Impact.Incomplete, "Shutdowns that began before the capture: their figures are lower bounds.",
        p => $"{Count(p, "shutdown")} began before the capture: the time before it is missing");

    public static readonly ProblemKind Unfinished = new(
        "unfinished", Impact.Incomplete, "Shutdowns that were not finished when the capture ended: their figures are lower bounds.",
        p => $"{Count(p, "shutdown")} not finished when the capture ended: the time after it is missing");

    public static readonly ProblemKind StartBeganBefore = new(
        "start_began_before", Impact.Incomplete, "Starts that may have begun before the capture: their figures are lower bounds.",
        p => $"{Count(p, "start")} may have begun before the capture: the time before it is missing");

    public static readonly ProblemKind StartUnfinished = new(
        "start_unfinished", Impact.Incomplete, "Starts that were not finished when the capture ended: their figures are lower bounds.",
        p => $"{Count(p, "start")} not finished when the capture ended: the time after it is missing");

    // ---- names ----

    public static readonly ProblemKind NamesDropped = new(
        "names_dropped", Impact.Note, "Processes and devices whose names were not looked up because there were too many at once.",
        p => $"{Count(p, "lookup")} of process and device names skipped, too many at once: names may be missing");

    public static readonly ProblemKind NamesFailed = new(
        "names_failed", Impact.Note, "Processes and devices whose names could not be looked up.",
        p => $"{Count(p, "lookup")} of process and device names failed{In(p)}: names may be missing");

    // ---- the file ----

    public static readonly ProblemKind CutShort = new(
        "cut_short", Impact.Incomplete, "The recording has no end: later events and the number of lost events are unknown.",
        _ => "the recording was cut short: later events and the number of lost events are unknown");

    public static readonly ProblemKind FramesDamaged = new(
        "frames_damaged", Impact.Incomplete, "Damaged frames of the recording; they are skipped.",
        p => $"{Count(p, "frame")} of the recording damaged and skipped");

    public static readonly ProblemKind EventsMissing = new(
        "events_missing", Impact.Incomplete, "Events that were received during the capture and are not in the recording.",
        p => $"{Count(p, "event")} missing from the recording{In(p)}");

    /// <summary>All of them, the most important first: the order of all outputs.</summary>
    public static readonly ImmutableArray<ProblemKind> All =
    [
        CutShort, FramesDamaged, EventsMissing, EventsLost, ProbeMissing, TracingOff, ProbeMissed, ProbeLimited, EndsLost, SpansFull,
        OwnersFull, EventsUnmatched, BeganBefore, Unfinished, StartBeganBefore, StartUnfinished, ProbeMayMiss, ResetsFull, StacksLost, NamesDropped, NamesFailed,
    ];

    /// <summary>The kind of an id; an unknown one, of a later version, is incomplete and has its id for words.</summary>
    public static ProblemKind Of(string id) => All.FirstOrDefault(k => k.Id == id) ?? new ProblemKind(
        id, Impact.Incomplete, id, p => $"{id}{(p.Count is { } count ? $": {count}" : "")}{In(p)}");

    private static string Count(Problem problem, string one, string? many = null) => problem.Count switch
    {
        null => $"some {many ?? one + "s"}",
        1 => $"1 {one}",
        { } count => $"{count} {many ?? one + "s"}",
    };

    private static string Probes(Problem problem) => problem.Detail?.Split(", ") is { Length: > 3 } many
        ? $"{many.Length} probes"
        : $"probe {problem.Detail}";

    private static string In(Problem problem) => problem.Detail is null ? "" : $" ({problem.Detail})";
}
