using System.Diagnostics;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Linux;
using Profiler.Metrics.Otlp.Messages;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>The spans of one life.</summary>
/// <param name="root">The life.</param>
/// <param name="time">The life.</param>
/// <param name="clock">Converts times of events.</param>
/// <param name="ids">Ids of traces and spans.</param>
/// <param name="facts">Names of processes and devices.</param>
/// <param name="locks">Numbers of locks.</param>
internal sealed class Trace(SpanData root, Interval time, LifeClock clock, LifeIds ids, HostFacts facts, LockNumbers locks)
{
    /// <summary>The maximum number of spans of a trace; 1,024 devices with a reset and a wait each are fewer.</summary>
    internal const int MaxSpans = 4096;

    /// <summary>The maximum number of parts beside operations, such as mappings for DMA.</summary>
    internal const int MaxParts = 256;

    private readonly List<SpanData> _spans = [root];
    private readonly LockWaitSpans _waits = new(ids, facts, locks);
    private readonly Dictionary<ActivitySpanId, int> _below = [];
    private long _leftOut;

    public SpanData Root => root;

    /// <summary>All of them, the root first; once nothing more is added.</summary>
    public IReadOnlyList<SpanData> Spans()
    {
        if (_leftOut > 0)
            root.Attributes.Add(TelemetryAttributes.LeftOut, _leftOut);
        return _spans;
    }

    /// <summary>Adds operations, those that were not over, and resets outside of any.</summary>
    public void Add(IReadOnlyList<Operation> operations, IReadOnlyList<OperationInFlight> underWay, IReadOnlyList<Reset> resets)
    {
        foreach (Operation operation in operations)
            Add(operation);
        foreach (OperationInFlight operation in underWay)
            Add(operation);
        foreach (Reset reset in resets)
            Add(root, reset);
    }

    /// <summary>Adds an operation with its resets and lock waits.</summary>
    /// <returns>Its span; null if there are too many.</returns>
    public SpanData? Add(Operation o)
    {
        if (Add(root, o.Kind, o.Device, o.Task, o.Process, o.Time) is not { } span)
        {
            _leftOut += o.LockWaits.Length + o.Resets.Length;
            return null;
        }
        span.Attributes.AddIf(TelemetryAttributes.Partial, o.Partial);
        Fail(span, o.Result);
        foreach (LockWait wait in o.LockWaits)
        {
            if (Below(span, LockWaitSpans.NameOf(wait), wait.Time) is { } waiting)
                _waits.Describe(waiting, wait);
        }
        foreach (Reset reset in o.Resets)
            Add(span, reset);
        return span;
    }

    /// <summary>Adds an operation that was not over at the end of the capture.</summary>
    public void Add(OperationInFlight o)
    {
        var until = new Interval(o.StartNs, time.EndNs);
        if (Add(root, o.Kind, o.Device, o.Task, o.Process, until) is not { } span)
            return;
        span.Attributes.AddIf(TelemetryAttributes.Unfinished, true);
        span.Attributes.Add(TelemetryAttributes.State, o.State.Name());
    }

    /// <summary>Adds a reset, and its attempts if there was more than one.</summary>
    public void Add(SpanData parent, Reset reset)
    {
        if (Below(parent, $"reset {reset.Device}", reset.Time) is not { } span)
            return;
        ProcessAttributes.AddDevice(span.Attributes, facts, reset.Device);
        span.Attributes.Add(TelemetryAttributes.ResetMethod, reset.Method.Name());
        Fail(span, reset.Result);
        if (reset.Attempts.Length <= 1)
            return;
        span.Attributes.Add(TelemetryAttributes.ResetAttempts, [.. reset.Attempts.Select(a => a.Method.Name())]);
        foreach (ResetAttempt attempt in reset.Attempts)
        {
            if (Below(span, $"reset by {attempt.Method.Name()}", attempt.Time) is not { } tried)
                continue;
            tried.Attributes.Add(TelemetryAttributes.ResetMethod, attempt.Method.Name());
            Fail(tried, attempt.Result);
        }
    }

    /// <summary>Adds parts of the process beside operations, the longest of them, in their order.</summary>
    public void AddParts(IEnumerable<(string Name, TaskId Task, Interval Time)> parts)
    {
        (string Name, TaskId Task, Interval Time)[] all = [.. parts];
        HashSet<int> kept = [.. Enumerable.Range(0, all.Length).OrderByDescending(i => all[i].Time.DurationNs).Take(MaxParts)];
        _leftOut += all.Length - kept.Count;
        for (int i = 0; i < all.Length; i++)
        {
            if (kept.Contains(i) && Below(root, all[i].Name, all[i].Time) is { } span)
                AddThread(span, all[i].Task);
        }
    }

    /// <summary>Adds a moment of the life, if it was seen.</summary>
    public void Mark(string name, long? ns, TaskId? sender = null)
    {
        if (ns is not { } at)
            return;
        var mark = new SpanEvent(name, clock.Of(at));
        if (sender is not null)
            ProcessAttributes.Add(mark.Attributes, facts, sender.Tgid, sender.Comm);
        root.Events.Add(mark);
    }

    private SpanData? Add(SpanData parent, OperationKind kind, string device, TaskId task, string process, Interval when)
    {
        SpanData? span = Place(parent, ids.SpanOf(task.Tid, when.StartNs), $"{kind.Words()} {device}", when);
        if (span is null)
            return null;
        span.Attributes.Add(TelemetryAttributes.Operation, kind.Name());
        ProcessAttributes.AddDevice(span.Attributes, facts, device);
        ProcessAttributes.Add(span.Attributes, facts, task.Tgid, process);
        AddThread(span, task);
        return span;
    }

    private SpanData? Below(SpanData parent, string name, Interval when)
    {
        int number = _below[parent.SpanId] = _below.GetValueOrDefault(parent.SpanId) + 1;
        return Place(parent, ids.Below(parent.SpanId, number), name, when);
    }

    private SpanData? Place(SpanData parent, ActivitySpanId id, string name, Interval when)
    {
        if (_spans.Count >= MaxSpans)
        {
            _leftOut++;
            return null;
        }
        var span = new SpanData(root.TraceId, id, parent.SpanId, name, clock.Of(when.StartNs), clock.Of(when.EndNs));
        _spans.Add(span);
        return span;
    }

    private static void AddThread(SpanData span, TaskId task)
    {
        span.Attributes.Add(TelemetryAttributes.ThreadId, task.Tid);
        span.Attributes.Add(TelemetryAttributes.ThreadName, task.Comm);
    }

    private static void Fail(SpanData span, int result)
    {
        if (result >= 0)
            return;
        span.Failure = Errno.Name(result);
        span.Attributes.Add(TelemetryAttributes.Error, span.Failure);
    }
}
