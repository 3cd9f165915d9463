using System.Collections.Immutable;

namespace Profiler.Core.Problems;

/// <summary>
/// The one table of everything that can be lost or wrong in a capture. Report, screen, <c>check</c> and metrics take
/// names, severity and words from here.
/// </summary>
public static class ProblemKinds
{
    // ---- between the programs and us ----

    public static readonly ProblemKind EventsLost = new(
        "events_lost", Impact.Incomplete, "Events that the ring buffer refused because it was full.",
        p => $"{Count(p, "event")} lost{In(p)}: the ring buffer was full", "use a larger --buffer");

    public static readonly ProblemKind EventsUnmatched = new(
        "events_unmatched", Impact.Incomplete, "Begins without an end and ends without a begin.",
        p => $"{Count(p, "event")} without its partner, which was lost or not seen");

    public static readonly ProblemKind StacksLost = new(
        "stacks_lost", Impact.Note, "Kernel stacks that could not be kept.",
        p => $"{Count(p, "kernel stack")} could not be kept");

    // ---- what the programs themselves could not keep track of: enum fault in bpf/events.h ----

    public static readonly ProblemKind SpansFull = new(
        "spans_full", Impact.Incomplete, "Releases and opens that began while the map of those under way was full.",
        p => $"{Count(p, "release or open", "releases or opens")} not followed: too many were under way at once");

    public static readonly ProblemKind ResetsFull = new(
        "resets_full", Impact.Incomplete, "Reset steps that could not be followed, since too many were under way.",
        p => $"{Count(p, "reset step")} not followed: too many were under way at once");

    public static readonly ProblemKind OwnersFull = new(
        "owners_full", Impact.Incomplete, "Processes that could not be followed, since the map of processes was full.",
        p => $"{Count(p, "process", "processes")} not followed to the end: too many have devices");

    public static readonly ProblemKind EndsLost = new(
        "ends_lost", Impact.Incomplete, "Releases and opens whose return was not seen; their thread has ended since.",
        p => $"the return of {Count(p, "release or open", "releases or opens")} was not seen");

    // ---- probes ----

    public static readonly ProblemKind ProbeMissing = new(
        "probe_missing", Impact.Incomplete, "A required probe that is not attached: release, lock or reset.",
        p => $"required probe missing: {p.Detail}", "see 'vfioscope check'");

    public static readonly ProblemKind ProbeMissed = new(
        "probe_missed", Impact.Incomplete, "Calls that the kernel could not run a probe for.",
        p => $"the kernel did not run probe {p.Detail} for {Count(p, "call")}");

    public static readonly ProblemKind ProbeMayMiss = new(
        "probe_may_miss", Impact.Note, "Probes of which the kernel does not count the calls it missed.",
        p => $"{Probes(p)}: this kernel does not count the calls they miss");

    public static readonly ProblemKind ProbeLimited = new(
        "probe_limited", Impact.Incomplete, "A return probe that sees only a few calls at once, and does not count the others.",
        p => $"probe {p.Detail}: further calls under way at the same time are missed, and not counted",
        "mount tracefs writable (mount -t tracefs tracefs /sys/kernel/tracing)");

    public static readonly ProblemKind TracingOff = new(
        "tracing_off", Impact.Incomplete, "Tracing was switched off on this machine while it was watched.",
        p => $"{p.Detail ?? "tracing"} was switched off for a time: what happened then was not seen",
        "sysctl kernel.ftrace_enabled=1; echo 1 >/sys/kernel/debug/kprobes/enabled");

    // ---- what was going on before and after ----

    public static readonly ProblemKind BeganBefore = new(
        "began_before", Impact.Incomplete, "Shutdowns that began before the capture: their figures are lower bounds.",
        p => $"{Count(p, "shutdown")} began before the capture: what came before is missing");

    public static readonly ProblemKind Unfinished = new(
        "unfinished", Impact.Incomplete, "Shutdowns that were under way when the capture ended: their figures are lower bounds.",
        p => $"{Count(p, "shutdown")} still under way when the capture ended: what came after is missing");

    // ---- names ----

    public static readonly ProblemKind NamesDropped = new(
        "names_dropped", Impact.Note, "Processes and devices that were not looked up, since they came too fast.",
        p => $"{Count(p, "look-up")} of processes and devices left out, since they came too fast: names may be missing");

    public static readonly ProblemKind NamesFailed = new(
        "names_failed", Impact.Note, "Processes and devices that could not be looked up.",
        p => $"{Count(p, "look-up")} of processes and devices failed{In(p)}: names may be missing");

    // ---- the file ----

    public static readonly ProblemKind CutShort = new(
        "cut_short", Impact.Incomplete, "The recording has no end: what came after and what was lost is not known.",
        _ => "the recording was cut short: what came after, and what was lost, is not known");

    public static readonly ProblemKind FramesDamaged = new(
        "frames_damaged", Impact.Incomplete, "Frames of the recording whose checksum does not match; they are left out.",
        p => $"{Count(p, "frame")} of the recording damaged and left out");

    public static readonly ProblemKind EventsMissing = new(
        "events_missing", Impact.Incomplete, "Events that were received when it was recorded, and are not in the file.",
        p => $"{Count(p, "event")} missing from the recording{In(p)}");

    /// <summary>All of them, in the order in which they are told.</summary>
    public static readonly ImmutableArray<ProblemKind> All =
    [
        CutShort, FramesDamaged, EventsMissing, EventsLost, ProbeMissing, TracingOff, ProbeMissed, ProbeLimited, EndsLost, SpansFull,
        OwnersFull, EventsUnmatched, BeganBefore, Unfinished, ProbeMayMiss, ResetsFull, StacksLost, NamesDropped, NamesFailed,
    ];

    /// <summary>The kind of an id; one that later versions may have is taken for incomplete, and told by its id.</summary>
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
