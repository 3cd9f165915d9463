using System.Diagnostics;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// A million events on their way from the ring buffer to the histograms, and with all that <c>serve</c> adds to it: lives of machines
/// with 16 devices, in batches of 256, after a hundred thousand others. Beside it, the least that any pairing of begins and ends must
/// do: one look-up and one update by thread.
/// </summary>
internal static class PipelineBench
{
    private const int Total = 1_000_000, Before = 100_000, Batch = 256, Times = 5;

    public static IEnumerable<Line> Lines()
    {
        ReadOnlyMemory<byte> all = Records(), before = all[..(Before * WireEvent.Size)], records = all[(Before * WireEvent.Size)..];
        double leastNs = Each(Costs(() => Measure(() => Pairing(records))), c => c.Ns)[Times / 2];
        yield return Line("pipeline of serve", ">= 8,000,000 events/s, 0 B", Costs(() => ServedEvents.Measure(records, before)), leastNs);
        yield return Line("pipeline alone", "-", Costs(() => Pipeline(records, before)), leastNs);
    }

    private static Line Line(string name, string wanted, Cost[] costs, double leastNs)
    {
        double[] ns = Each(costs, c => c.Ns);
        double bytes = Each(costs, c => c.Bytes)[Times / 2], median = ns[Times / 2];
        return new Line(
            $"{name}, 1,000,000 events", wanted,
            Benchmarks.Line.Text($"{1e9 / median:#,0} events/s, {median:0} ns ({ns[0]:0} to {ns[^1]:0}) and {bytes:0} B each"),
            Benchmarks.Line.Text($"{median / leastNs:0.0} x a dictionary's update by thread, {leastNs:0} ns"));
    }

    private static Cost[] Costs(Func<Cost> measure) => [.. Enumerable.Range(0, Times).Select(_ => measure())];

    private static double[] Each(IEnumerable<Cost> costs, Func<Cost, double> of) => [.. costs.Select(c => of(c) / Total).Order()];

    private static byte[] Records()
    {
        var events = new List<WireEvent>(Total + Before + 1000);
        ulong now = 1_000_000_000;
        for (uint pid = 1000; events.Count < Total + Before; pid += 2)
            now = VmLife.Append(events, pid, (int)(pid / 2 % 64 * 16), 16, now);
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(events)[..(Total + Before)]).ToArray();
    }

    private static Cost Pipeline(ReadOnlyMemory<byte> records, ReadOnlyMemory<byte> before)
    {
        using var source = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(source, EndsWatched.All);
        pipeline.Connect();
        Hand(source, before);
        return Measure(() => Hand(source, records));
    }

    private static void Hand(Subject<ReadOnlyMemory<byte>> source, ReadOnlyMemory<byte> records)
    {
        for (int at = 0; at < records.Length; at += Batch * WireEvent.Size)
            source.OnNext(records.Slice(at, Math.Min(Batch * WireEvent.Size, records.Length - at)));
    }

    private static void Pairing(ReadOnlyMemory<byte> records)
    {
        var latest = new Dictionary<uint, ulong>();
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records.Span))
        {
            if (latest.TryGetValue(e.Tid, out ulong before))
                latest[e.Tid] = Math.Max(before, e.TimeNs);
            else
                latest[e.Tid] = e.TimeNs;
        }
    }

    private static Cost Measure(Action action)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        action();
        double ns = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        return new Cost(ns, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }
}
