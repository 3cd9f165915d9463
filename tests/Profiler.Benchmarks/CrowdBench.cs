using System.Runtime.InteropServices;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// Does one event cost more, the more devices, waiters or lost ends there are? The same number of events each, through the
/// pipeline with what <c>serve</c> adds to it; beside it, the same with the fewest.
/// </summary>
internal static class CrowdBench
{
    private const int Total = 60_000, Times = 5;

    private delegate ulong Crowd(List<WireEvent> to, uint pid, int size, ulong startNs);

    public static IEnumerable<Line> Lines()
    {
        foreach (Line line in Lines("devices of one process", Crowds.Devices, 1, 16, 1024))
            yield return line;
        foreach (Line line in Lines("waiters for one lock", Crowds.Waiters, 8, 128, 1024))
            yield return line;
        // With 16,384 of them the oldest is given up for each new one.
        foreach (Line line in Lines("releases without an end", Crowds.LostEnds, 1_000, 60_000))
            yield return line;
    }

    private static IEnumerable<Line> Lines(string what, Crowd crowd, params int[] sizes)
    {
        double fewest = 0;
        foreach (int size in sizes)
        {
            List<WireEvent> events = Events(crowd, size);
            byte[] records = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(events)).ToArray();
            for (int warmUp = 0; warmUp < Times; warmUp++)
                _ = ServedEvents.Measure(records);
            Cost[] costs = [.. Enumerable.Range(0, Times).Select(_ => ServedEvents.Measure(records)).OrderBy(c => c.Ns)];
            Cost median = costs[Times / 2];
            double ns = median.Ns / events.Count;
            fewest = fewest == 0 ? ns : fewest;
            yield return new Line(
                Line.Text($"an event among {size:#,0} {what}"), "within 2 x of the first",
                Line.Text($"{ns:#,0} ns, {median.Bytes / events.Count:#,0} B"), size == sizes[0] ? "-" : Line.Text($"{ns / fewest:0.00} x"));
        }
    }

    private static List<WireEvent> Events(Crowd crowd, int size)
    {
        var events = new List<WireEvent>();
        ulong now = 1_000_000_000;
        for (uint pid = 1000; events.Count < Total; pid += (uint)size + 2)
            now = crowd(events, pid, size, now);
        return events;
    }
}
