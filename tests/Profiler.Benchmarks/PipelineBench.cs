using System.Diagnostics;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// A million events on their way from the ring buffer to the histograms: lives of machines with 16 devices, in batches
/// of 256. Beside it, the least that any pairing of begins and ends must do: one look-up and one update by thread.
/// </summary>
internal static class PipelineBench
{
    private const int Total = 1_000_000, Batch = 256, Times = 5;

    public static IEnumerable<Line> Lines()
    {
        ReadOnlyMemory<byte> records = Records();
        Cost[] whole = [.. Enumerable.Range(0, Times).Select(_ => Measure(() => Pipeline(records)))];
        Cost[] least = [.. Enumerable.Range(0, Times).Select(_ => Measure(() => Pairing(records)))];
        double ns = Median(whole.Select(c => c.Ns)) / Total, leastNs = Median(least.Select(c => c.Ns)) / Total;
        yield return new Line(
            "pipeline, 1,000,000 events", "-",
            Line.Text($"{1e9 / ns:#,0} events/s, {ns:0} ns and {whole[^1].Bytes / (double)Total:0} B each"),
            Line.Text($"{ns / leastNs:0.0} x a dictionary's update by thread, {leastNs:0} ns"));
    }

    private static byte[] Records()
    {
        var events = new List<WireEvent>(Total + 1000);
        ulong now = 1_000_000_000;
        for (uint pid = 1000; events.Count < Total; pid += 2)
            now = VmLife.Append(events, pid, (int)(pid / 2 % 64 * 16), 16, now);
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(events)[..Total]).ToArray();
    }

    private static void Pipeline(ReadOnlyMemory<byte> records)
    {
        using var source = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(source, EndsWatched.All);
        pipeline.Connect();
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

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
