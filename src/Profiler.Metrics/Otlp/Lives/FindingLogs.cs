using System.Diagnostics;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Statistics;
using Profiler.Metrics.Otlp.Messages;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>Findings as log records.</summary>
/// <param name="facts">Names of processes.</param>
/// <param name="ids">Ids of the spans that they are about; null if no spans are sent.</param>
/// <param name="wallClock">Converts CLOCK_MONOTONIC nanoseconds.</param>
/// <param name="time">When they are found.</param>
internal sealed class FindingLogs(HostFacts facts, LifeIds? ids, Func<long, DateTimeOffset> wallClock, TimeProvider time)
{
    private const string EventName = "vfio.finding";

    /// <summary>A finding about a shutdown, a start or an open.</summary>
    public LogData Of(in FoundFinding found) => found switch
    {
        { Shutdown: { } s } => Of(found.Finding, s.Time.EndNs, s.Task.Tgid, s.Task.Comm, ids is null ? null : (ids.TraceOf(s), ids.SpanOf(s))),
        { Start: { } s } => Of(found.Finding, s.Time.EndNs, s.Task.Tgid, s.Task.Comm, ids is null ? null : (ids.TraceOf(s), ids.SpanOf(s))),
        { Open: { } o } => Of(found.Finding, o.Time.EndNs, o.Task.Tgid, o.Process, ids is null ? null : SpanOf(ids, o)),
        _ => throw new ArgumentException("about nothing", nameof(found)),
    };

    /// <summary>A device was worse after an operation than before.</summary>
    public LogData Of(ResetDamage damage) => Of(DamageFindings.Of(damage, facts), damage.EndNs, damage.Tgid, damage.Process, null);

    private LogData Of(Finding finding, long ns, int pid, string comm, (ActivityTraceId, ActivitySpanId)? span)
    {
        var log = new LogData(EventName, LifeClock.Of(wallClock(ns)), LifeClock.Of(time.GetUtcNow()), finding.Severity, finding.Text)
        {
            Span = span,
        };
        log.Attributes.Add(TelemetryAttributes.Finding, finding.Id);
        log.Attributes.AddSeconds(TelemetryAttributes.FindingSeconds, finding.CostNs);
        log.Attributes.Add(TelemetryAttributes.FindingDevices, finding.Devices);
        foreach ((string name, long number) in finding.Numbers)
            log.Attributes.Add(TelemetryAttributes.OfNumber(name), number);
        log.Attributes.Add(TelemetryAttributes.FindingRemedy, finding.Remedy);
        ProcessAttributes.Add(log.Attributes, facts, pid, comm);
        return log;
    }

    private static (ActivityTraceId, ActivitySpanId) SpanOf(LifeIds ids, Operation open) =>
        (ids.TraceOf(open.Task.Tgid, open.Task.Tid, open.Time.StartNs), ids.SpanOf(open.Task.Tid, open.Time.StartNs));
}
