using System.Diagnostics;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Core.Wire;
using Profiler.Metrics;

namespace Profiler.Benchmarks;

/// <summary>Events through the pipeline with what <c>serve</c> adds to it: statistics, findings and metrics.</summary>
internal static class ServedEvents
{
    private const int Batch = 256;

    /// <summary>What the records cost.</summary>
    /// <param name="records">Wire events, back to back.</param>
    /// <param name="before">Events that are handed over before, so that tables have their size.</param>
    public static Cost Measure(ReadOnlyMemory<byte> records, ReadOnlyMemory<byte> before = default)
    {
        using var source = new HandedEvents();
        var metrics = new MetricsSource(new StatisticsLimits(1024, 256), TimeProvider.System, "1.2.3");
        using var profile = new Profile(source, TimeProvider.System, metrics.SinkOf, _ => metrics.Histograms);
        profile.Start();
        Hand(source, before);
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        Hand(source, records);
        return new Cost(Stopwatch.GetElapsedTime(start).TotalNanoseconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    private static void Hand(HandedEvents source, ReadOnlyMemory<byte> records)
    {
        for (int at = 0; at < records.Length; at += Batch * WireEvent.Size)
            source.Hand(records.Slice(at, Math.Min(Batch * WireEvent.Size, records.Length - at)));
    }
}
