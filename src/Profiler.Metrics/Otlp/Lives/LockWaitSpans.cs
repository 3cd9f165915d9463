using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Metrics.Otlp.Messages;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>Lock waits: links to the operations that held the lock meanwhile, and who else held it.</summary>
internal sealed class LockWaitSpans(LifeIds ids, HostFacts facts, LockNumbers locks)
{
    /// <summary>The maximum number of links of a wait: those of the operations that held the lock longest.</summary>
    internal const int MaxLinks = 16;

    // A crowd of n waiters has n² / 2 holders in sum.
    private const int MaxHolders = 1024;

    private readonly List<Holder> _holders = [];

    /// <summary>"wait for dev_set lock".</summary>
    public static string NameOf(LockWait wait) => $"wait for {wait.Kind.Label("lock")}";

    /// <summary>Adds what is known of a wait to its span.</summary>
    public void Describe(SpanData span, LockWait wait)
    {
        span.Attributes.Add(TelemetryAttributes.LockKind, wait.Kind.Name());
        span.Attributes.Add(TelemetryAttributes.LockNumber, locks.Of(wait.Lock));
        span.Attributes.Add(TelemetryAttributes.AsWriter, wait.AsWriter);
        _holders.Clear();
        long knownNs = 0;
        foreach (Holder holder in wait.Holders)
        {
            if (_holders.Count >= MaxHolders)
                break;
            if (holder.Task is null)
                continue;
            knownNs += holder.Ns;
            _holders.Add(holder);
        }
        List<Holder> linked = [.. ByOperation().OrderByDescending(h => h.Ns)];
        foreach (Holder holder in linked.Take(MaxLinks).OrderBy(h => h.Time.StartNs))
            span.Links.Add(LinkTo(holder));
        span.DroppedLinks = Math.Max(0, linked.Count - MaxLinks);
        span.Attributes.Add(TelemetryAttributes.OtherHolders,
        [
            .. _holders.Where(h => h.OperationNs is null).Select(h => facts.NameOf(h.Task!.Tgid, h.Process ?? h.Task.Comm)).Distinct().Take(MaxLinks),
        ]);
        if (wait.Time.DurationNs - knownNs is > 0 and var unknownNs)
            span.Attributes.AddSeconds(TelemetryAttributes.UnknownSeconds, unknownNs);
    }

    // An operation may have held the lock several times during the wait: its time is then as long as all of them together.
    private IEnumerable<Holder> ByOperation() => _holders.Where(h => h.OperationNs is not null).GroupBy(h => (h.Task!.Tid, h.OperationNs))
        .Select(g => g.Skip(1).Aggregate(g.First(), (all, h) => all with
        {
            Time = new Interval(all.Time.StartNs, all.Time.StartNs + all.Ns + h.Ns),
            ResetNs = all.ResetNs + h.ResetNs,
        }));

    private SpanLink LinkTo(Holder holder)
    {
        (TaskId task, long startNs) = (holder.Task!, holder.OperationNs!.Value);
        var link = new SpanLink(ids.TraceOf(task.Tgid, task.Tid, startNs), ids.SpanOf(task.Tid, startNs));
        ProcessAttributes.Add(link.Attributes, facts, task.Tgid, holder.Process);
        link.Attributes.Add(TelemetryAttributes.HardwareId, holder.Device);
        link.Attributes.AddSeconds(TelemetryAttributes.HeldSeconds, holder.Ns);
        link.Attributes.AddSeconds(TelemetryAttributes.ResetSeconds, holder.ResetNs);
        return link;
    }
}
