using System.Diagnostics;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Linux;
using Profiler.Metrics.Otlp.Messages;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>
/// Shutdowns and starts as traces. The life is the root; operations, and parts of its process beside them, are below it; resets and lock
/// waits are below their operation. Made on the thread of the events: only there the holders of a lock may be read.
/// </summary>
/// <param name="facts">Names of processes and devices.</param>
/// <param name="ids">Ids of traces and spans.</param>
/// <param name="wallClock">Converts CLOCK_MONOTONIC nanoseconds.</param>
internal sealed class LifeSpans(HostFacts facts, LifeIds ids, Func<long, DateTimeOffset> wallClock)
{
    private readonly LockNumbers _locks = new();

    /// <summary>The root first.</summary>
    public IReadOnlyList<SpanData> Of(Shutdown s)
    {
        ActivityTraceId trace = ids.TraceOf(s);
        Trace life = Begin(trace, ids.SpanOf(s), "shutdown", s.Time, s.Task);
        AttributeList attributes = life.Root.Attributes;
        attributes.Add(TelemetryAttributes.Life, "shutdown");
        attributes.Add(TelemetryAttributes.Trigger, s.Trigger.Name());
        Add(attributes, s.IsWhole, s.BeganBefore, s.Unfinished, s.Time.StartNs);
        attributes.Add(TelemetryAttributes.Devices, s.Releases.Length);
        attributes.Add(TelemetryAttributes.Unreleased, s.Unreleased);
        attributes.AddSeconds(TelemetryAttributes.LockWaitSeconds, s.LockWaitNs);
        attributes.AddSeconds(TelemetryAttributes.ResetSeconds, s.ResetNs);
        foreach (PhaseName phase in PhaseNames.All)
        {
            if (s.Phases[phase.Phase] is var ns && (ns > 0 || phase.Phase == Phase.Unattributed))
                attributes.AddSeconds(TelemetryAttributes.OfPhase(phase.Name), ns);
        }
        foreach (SignalDelivered signal in s.EarlierSignals.Concat(s.Signals))
            life.Mark(Signals.Name(signal.Number), signal.TimeNs, signal.Sender);
        life.Mark("exits", s.ExitsNs);
        life.Mark("dead", s.DeadNs);
        life.Mark("reaped", s.ReapedNs);
        foreach (Operation release in s.Releases)
        {
            SpanData? span = life.Add(release);
            span?.Attributes.AddSeconds(TelemetryAttributes.AfterDeath, s.AfterDeathNs(release));
            span?.Attributes.AddIf(TelemetryAttributes.ByKernelThread, release.ByKernelThread);
        }
        life.Add([.. s.Opens, .. s.UserResets], s.UnderWay, s.OtherResets);
        life.AddParts(s.Parts.Select(p => (p.Step.Words(), p.Task, p.Time)));
        return life.Spans();
    }

    /// <inheritdoc cref="Of(Shutdown)"/>
    public IReadOnlyList<SpanData> Of(Start s)
    {
        ActivityTraceId trace = ids.TraceOf(s);
        Trace life = Begin(trace, ids.SpanOf(s), s.Kind == StartKind.Devices ? "hot-plug" : "start", s.Time, s.Task);
        AttributeList attributes = life.Root.Attributes;
        attributes.Add(TelemetryAttributes.Life, "start");
        attributes.Add(TelemetryAttributes.StartKind, s.Kind.Name());
        attributes.Add(TelemetryAttributes.StartEnd, s.End.Name());
        Add(attributes, !s.BeganBefore && !s.Unfinished, s.BeganBefore, s.Unfinished, s.Time.StartNs);
        attributes.Add(TelemetryAttributes.Devices, s.Opened);
        attributes.Add(TelemetryAttributes.PinnedBytes, s.Mapped.PinnedBytes);
        attributes.AddSeconds(TelemetryAttributes.LockWaitSeconds, s.LockWaitNs);
        attributes.AddSeconds(TelemetryAttributes.ResetSeconds, s.ResetNs);
        // Of a start all that no probe saw is "process".
        foreach (StartPhaseName phase in StartPhaseNames.All)
        {
            if (s.Phases[phase.Phase] is > 0 and var ns)
                attributes.AddSeconds(TelemetryAttributes.OfPhase(phase.Name), ns);
        }
        if (s.End == StartEnd.Exit)
            life.Root.Failure = "the process exited before its virtual machine ran";
        if (s.FromExec)
            life.Mark("first contact with VFIO", s.ContactNs);
        life.Add([.. s.Opens, .. s.UserResets], s.UnderWay, s.OtherResets);
        life.AddParts(s.Parts.Select(p => (p.Step.Words(), p.Task, p.Time))
            .Concat(s.PowerChanges.Select(p => (p.Step.Words(), p.Task, p.Time))));
        return life.Spans();
    }

    private static void Add(AttributeList to, bool complete, bool beganBefore, bool unfinished, long startNs)
    {
        to.Add(TelemetryAttributes.Complete, complete);
        to.AddIf(TelemetryAttributes.BeganBefore, beganBefore);
        to.AddIf(TelemetryAttributes.Unfinished, unfinished);
        to.Add(TelemetryAttributes.MonotonicStart, startNs);
    }

    private Trace Begin(ActivityTraceId trace, ActivitySpanId root, string name, Interval time, TaskId process)
    {
        var clock = new LifeClock(time.EndNs, wallClock(time.EndNs));
        var span = new SpanData(trace, root, null, name, clock.Of(time.StartNs), clock.Of(time.EndNs));
        ProcessAttributes.Add(span.Attributes, facts, process.Tgid, process.Comm);
        return new Trace(span, time, clock, ids, facts, _locks);
    }
}
