using System.Diagnostics;
using System.Runtime.InteropServices;
using Profiler.Core.Capture;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Report;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>From a recording of many shutdowns to the text of its report; beside it, the time of each shutdown in the smallest one.</summary>
internal static class ReportBench
{
    private const int Devices = 4;

    public static IEnumerable<Line> Lines()
    {
        _ = Report(Recording(100)); // compiles it
        double first = 0;
        foreach (int shutdowns in new[] { 1_000, 4_000, 10_000, 100_000 })
        {
            byte[] recording = Recording(shutdowns);
            long start = Stopwatch.GetTimestamp(), live = Report(recording);
            double ns = Stopwatch.GetElapsedTime(start).TotalNanoseconds, each = ns / shutdowns;
            first = first == 0 ? each : first;
            yield return new Line(
                Line.Text($"report on {shutdowns:#,0} shutdowns of {Devices} devices"), Wanted(shutdowns),
                $"{Line.Time(ns)}, {Line.Bytes(live)} live", Line.Text($"{Line.Time(each)} a shutdown, {each / first:0.00} x"));
        }
    }

    private static string Wanted(int shutdowns) => shutdowns switch
    {
        10_000 => "< 2 s, < 150 MiB",
        100_000 => "linear",
        _ => "-",
    };

    // What is live at the end of it, bytes.
    private static long Report(byte[] recording)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        RecordedCapture recorded = RecordedCapture.Read(RecordingReader.Open(new MemoryStream(recording)));
        ReportDocument report = ReportBuilder.Build(recorded, ActivityFilter.None);
        TextReport.Write(TextWriter.Null, report, TextReport.DefaultWidth);
        long live = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive((recorded, report));
        return live;
    }

    private static byte[] Recording(int shutdowns)
    {
        using var file = new MemoryStream();
        var writer = new RecordingWriter(file);
        var events = new List<WireEvent>();
        ulong now = 1_000_000_000;
        writer.Begin(new HandedEvents().Info);
        for (int i = 0; i < shutdowns; i++)
        {
            events.Clear();
            now = VmLife.Append(events, 1000 + 2 * (uint)i, i % 256 * Devices, Devices, now);
            writer.Events(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(events)).ToArray());
        }
        writer.End(new CaptureEnd((long)now, [], []));
        return file.ToArray();
    }
}
