using System.Diagnostics;
using System.Runtime.InteropServices;
using Profiler.Core.Capture;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// Ten million events into a recording and out of it: lives of machines with 16 devices, at random times, in batches of 256.
/// Beside it, the making of the events, which writing includes.
/// </summary>
internal static class RecordingBench
{
    private const int Total = 10_000_000, Batch = 256, Pids = 256;

    private static readonly StagedCapture Capture = new("");

    public static IEnumerable<Line> Lines()
    {
        string path = Path.Combine(Path.GetTempPath(), $"vfioscope-bench-{Environment.ProcessId}.vfioscope");
        try
        {
            Cost made = Measure(() => Make(_ => { }));
            Cost written = Measure(() => Write(path));
            double size = new FileInfo(path).Length / (double)Total;
            yield return new Line(
                "recording of 10,000,000 events, written", "< 12 B each, flat",
                Line.Text($"{size:0.0} B and {(written.Ns - made.Ns) / Total:0} ns each, {Line.Bytes(written.Bytes - made.Bytes)} allocated"),
                Line.Text($"{size / WireEvent.Size:0.00} x the {WireEvent.Size} B of an event; {written.Ns / made.Ns:0.0} x making it"));
            yield return Speed("read", Measure(() => Read(path)), made);
            yield return Speed("replayed", Measure(() => Replay(path)), made);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Line Speed(string what, Cost cost, Cost made) => new(
        $"recording of 10,000,000 events, {what}", "> 5,000,000 events/s, flat",
        Line.Text($"{Total * 1e9 / cost.Ns:#,0} events/s, {cost.Ns / Total:0} ns each, {Line.Bytes(cost.Bytes)} allocated"),
        Line.Text($"{cost.Ns / made.Ns:0.0} x making it"));

    private static void Write(string path)
    {
        using FileStream file = File.Create(path, bufferSize: 0);
        using var writer = new RecordingWriter(file);
        writer.Begin(Capture.Info);
        Make(writer.Events);
        writer.End(new CaptureEnd(EventDecoder.LatestNs, [], Capture.Probes));
        file.Flush(flushToDisk: true);
    }

    private static void Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        long events = RecordingReader.Open(file).Batches().Sum(b => (long)b.Length) / WireEvent.Size;
        if (events != Total)
            throw new InvalidOperationException($"{events} events were read");
    }

    private static void Replay(string path)
    {
        using var source = new ReplaySource(File.OpenRead(path), 1e12, TimeProvider.System);
        source.Run(CancellationToken.None);
    }

    private static void Make(Action<ReadOnlyMemory<byte>> take)
    {
        var events = new List<WireEvent>();
        for (uint pid = 0; pid < Pids; pid++)
            VmLife.Append(events, 1000 + 2 * pid, (int)pid % 64 * 16, 16, 0);
        Span<WireEvent> lives = CollectionsMarshal.AsSpan(events);
        var batch = new WireEvent[Batch];
        byte[] bytes = new byte[Batch * WireEvent.Size];
        var random = new Random(1);
        ulong now = 1_000_000_000;
        for (int made = 0; made < Total;)
        {
            int count = Math.Min(Batch, Total - made);
            for (int i = 0; i < count; i++, made++)
            {
                batch[i] = lives[made % lives.Length];
                batch[i].TimeNs = now += (ulong)random.Next(100, 1_000_000);
            }
            MemoryMarshal.AsBytes(batch.AsSpan()).CopyTo(bytes);
            take(bytes.AsMemory(0, count * WireEvent.Size));
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
