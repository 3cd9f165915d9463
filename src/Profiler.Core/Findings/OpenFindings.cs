using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Spans;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>Machines that start and are held up by others that go.</summary>
public static class OpenFindings
{
    /// <summary>What an open waits for others is worth a word from here on.</summary>
    private static readonly TimeSpan WorthAWord = TimeSpan.FromMilliseconds(100);

    /// <param name="opens">Those that may have been held up.</param>
    /// <param name="operations">Opens and releases of all processes.</param>
    /// <param name="facts">What is known beside the events.</param>
    public static ImmutableArray<Finding> For(
        IEnumerable<Operation> opens, IEnumerable<Operation> operations, HostFacts facts)
    {
        ILookup<int, Operation> releases = operations.Where(o => o.Kind == OperationKind.Release).ToLookup(o => o.Task.Tid);
        return [.. opens.Select(open => Delayed(open, releases, facts)).OfType<Finding>()];
    }

    private static Finding? Delayed(Operation open, ILookup<int, Operation> releases, HostFacts facts)
    {
        List<Holder> culprits =
        [
            .. open.LockWaits.SelectMany(w => w.Holders).Where(h => h.Task is { } task && task.Tgid != open.Task.Tgid &&
                releases[task.Tid].Any(r => r.Device == h.Device && r.Time.OverlapNs(h.Time) > 0)),
        ];
        long heldUp = culprits.Sum(h => h.Ns);
        if (heldUp < WorthAWord.TotalNanoseconds)
            return null;
        string who = List(culprits.Select(h => facts.NameOf(h.Task!.Tgid, h.Process ?? h.Task.Comm)));
        return new Finding("open_delayed", Severity.Warning,
            $"{facts.NameOf(open.Task.Tgid, open.Process)} needed {Seconds(open.Time.DurationNs)} to open {open.Device}, {Seconds(heldUp)} of it " +
            $"waiting for {who}, which was releasing {List(culprits.Select(h => h.Device!))} and had the lock",
            "a machine that starts beside one that goes should get devices of another reset domain, or wait until it is gone")
        {
            CostNs = heldUp,
            Devices = [open.Device, .. culprits.Select(h => h.Device!).Distinct()],
            Locks = [.. open.LockWaits.Select(w => w.Lock).Distinct()],
            Numbers = Numbers(("open_ns", open.Time.DurationNs), ("waited_ns", heldUp)),
        };
    }
}
