using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>The report for people: plain text that survives a mail.</summary>
public static class TextReport
{
    private const int Width = 100;

    public static string Render(ReportDocument report)
    {
        var text = new StringBuilder();
        Head(text, report);
        if (report.Shutdowns.IsEmpty)
            text.Append("\nNo device was released.\n");
        foreach (ReportShutdown shutdown in report.Shutdowns)
        {
            text.Append('\n');
            ShutdownText.Render(text, shutdown, Width);
        }
        if (report.Shutdowns.Length > 1)
            Together(text, report.Releases);
        HeldUp(text, report);
        Locks(text, report.Locks);
        StackText.Render(text, report, Width);
        Histograms(text, report.Histograms);
        Probes(text, report.Capture);
        return text.ToString();
    }

    private static void Head(StringBuilder text, ReportDocument report)
    {
        ReportCapture capture = report.Capture;
        text.Append($"{report.Host.Hostname}, kernel {report.Host.Kernel}, ")
            .Append($"{capture.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {Figures.Text(capture.DurationNs)} recorded\n")
            .Append(Figures.Count(capture.EventsReceived, "event"))
            .Append(capture.EventsLost == 0 ? ", none lost" : "")
            .Append(capture.Complete ? "\n" : "; INCOMPLETE, figures may be wrong or too low:\n");
        foreach (ReportProblem problem in capture.Problems)
            Paragraph.Append(text, problem.Text + (problem.Remedy is null ? "" : $" ({problem.Remedy})"), Width, "  - ", "    ");
    }

    private static void Together(StringBuilder text, ReportReleases r)
    {
        text.Append($"\nAll together: {Figures.Count(r.Count, "release")} in {Figures.Text(r.WallNs)}, up to {r.PeakConcurrency} at a time\n");
        ShutdownText.Findings(text, r.Findings, Width);
    }

    private static void HeldUp(StringBuilder text, ReportDocument report)
    {
        foreach (ReportDevice open in report.Opens.Where(o => o.LockWaitNs > 0))
        {
            text.Append($"\n{ShutdownText.Name(open.Pid, open.Comm, open.Vm)} opened {open.Bdf} in {Figures.Text(open.DurationNs)}\n");
            Waterfall.Waits(text, open);
        }
        ShutdownText.Findings(text, report.Findings, Width);
    }

    private static void Locks(StringBuilder text, ImmutableArray<ReportLock> locks)
    {
        foreach (ReportLock l in locks)
        {
            text.Append('\n');
            Paragraph.Append(
                text,
                $"{Waterfall.LockName(l.LockKind, l.Lock)}: {Figures.Count(l.Waits, "wait")}, {Figures.Text(l.WaitedNs)} in all, " +
                $"the longest {Figures.Text(l.LongestNs)}; of {string.Join(", ", l.Devices)}", Width, "", "  ");
        }
    }

    private static void Histograms(StringBuilder text, ReportHistograms h)
    {
        var rows = new List<(string Name, ReportHistogram Values)> { ("shutdown", h.Shutdown), ("release", h.Release) };
        rows.AddRange(h.ResetByMethod.Select(r => ($"reset ({r.Key})", r.Value)));
        rows.Add(("lock wait", h.LockWait));
        rows.Add(("open", h.Open));
        if (rows.All(r => r.Values.Count == 0))
            return;
        text.Append($"\n{"all of the recording",-22} {"count",6} {"p50",9} {"p90",9} {"p99",9} {"max",9} {"sum",9}\n");
        foreach ((string name, ReportHistogram v) in rows.Where(r => r.Values.Count > 0))
            text.Append($"{name,-22} {v.Count,6} {Percentile(v.P50Ns),9} {Percentile(v.P90Ns),9} ")
                .Append($"{Percentile(v.P99Ns),9} {Figures.Text(v.MaxNs),9} {Figures.Text(v.SumNs),9}\n");
    }

    private static string Percentile(long? ns) => ns is { } known ? Figures.Text(known) : "-";

    private static void Probes(StringBuilder text, ReportCapture capture)
    {
        ImmutableArray<ReportProbe> attached = [.. capture.Probes.Where(p => p.Attached)];
        text.Append($"\n{attached.Length} of {capture.Probes.Length} probes attached (");
        text.AppendJoin(", ", attached.GroupBy(p => p.Attach).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}"));
        text.Append(")\n");
        foreach (ReportProbe missing in capture.Probes.Where(p => !p.Attached && p.WaitsFor is null))
            text.Append($"  not watched: {missing.Name}: {missing.Reason}\n");
        foreach (IGrouping<string?, ReportProbe> waiting in capture.Probes.Where(p => !p.Attached).GroupBy(p => p.WaitsFor).Where(g => g.Key is not null))
            text.Append($"  module {waiting.Key} was not loaded: nothing to watch for {string.Join(", ", waiting.Select(p => p.Name))}\n");
    }
}
