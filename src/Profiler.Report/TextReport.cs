using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>The report as plain text, without escape sequences.</summary>
public static class TextReport
{
    /// <summary>The width for a file, a pipe or a mail.</summary>
    public const int DefaultWidth = 100;

    /// <summary>In narrower terminals lines are as long as for this width.</summary>
    public const int MinWidth = 60;

    /// <summary>The whole text.</summary>
    /// <inheritdoc cref="Write"/>
    public static string Render(ReportDocument report, int width)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Write(text, report, width);
        return text.ToString();
    }

    /// <summary>Writes it shutdown by shutdown: the text of many is never in memory as a whole.</summary>
    /// <param name="to">Receives the text.</param>
    /// <param name="report">What to render.</param>
    /// <param name="width">Columns of the terminal: sentences are wrapped, tables leave columns out.</param>
    public static void Write(TextWriter to, ReportDocument report, int width)
    {
        width = Math.Max(MinWidth, width);
        var text = new StringBuilder();
        Head(text, report, width);
        if (report.Shutdowns.IsEmpty && report.Starts.IsEmpty)
            text.Append("\nNo device was opened or released.\n");
        foreach (object life in Lives(report))
        {
            text.Append('\n');
            if (life is ReportStart start)
                StartText.Render(text, start, width);
            else
                ShutdownText.Render(text, (ReportShutdown)life, width);
            Pass(text, to);
        }
        if (report.Shutdowns.Length > 1)
            Together(text, report.Releases, width);
        UserResets.Render(text, report, width);
        ShutdownText.Findings(text, [.. report.FindingsBesideStarts], width);
        Locks(text, report.Locks, width);
        Forecasts.Render(text, report.Forecasts, width);
        WhatIfText.Render(text, report.WhatIf, width);
        StackText.Render(text, report, width);
        Histograms(text, report.Histograms, width);
        Probes(text, report.Capture, width);
        Pass(text, to);
    }

    private static void Pass(StringBuilder text, TextWriter to)
    {
        to.Write(text);
        text.Clear();
    }

    private static void Head(StringBuilder text, ReportDocument report, int width)
    {
        ReportCapture capture = report.Capture;
        Paragraph.Append(
            text,
            $"{report.Host.Hostname}, kernel {report.Host.Kernel}, {capture.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, " +
            $"{Figures.Text(capture.DurationNs)} recorded", width, "", "  ");
        Paragraph.Append(
            text,
            Figures.Count(capture.EventsReceived, "event") + (capture.EventsLost == 0 ? ", none lost" : "") +
            (capture.Complete ? "" : "; INCOMPLETE, figures may be wrong or too low:"), width, "", "  ");
        foreach (ReportProblem problem in capture.Problems)
            Paragraph.Append(text, problem.Text + (problem.Remedy is null ? "" : $" ({problem.Remedy})"), width, "  - ", "    ");
    }

    private static void Together(StringBuilder text, ReportReleases r, int width)
    {
        text.Append($"\nAll shutdowns: {Figures.Count(r.Count, "release")} in {Figures.Text(r.WallNs)}, up to {r.PeakConcurrency} in parallel\n");
        ShutdownText.Findings(text, r.Findings, width);
    }

    // In the order in which they began: a start that waits for a VM that goes away stands beside it.
    private static IEnumerable<object> Lives(ReportDocument report) =>
        report.Starts.Select(s => (s.StartNs, Life: (object)s)).Concat(report.Shutdowns.Select(s => (s.StartNs, Life: (object)s)))
            .OrderBy(l => l.StartNs).Select(l => l.Life);

    private static void Locks(StringBuilder text, ImmutableArray<ReportLock> locks, int width)
    {
        foreach (ReportLock l in locks)
        {
            text.Append('\n');
            Paragraph.Append(
                text,
                $"{Waterfall.LockLabel(l.LockKind, l.Lock)}: {Figures.Count(l.Waits, "wait")}, {Figures.Text(l.WaitedNs)} in total, " +
                $"the longest {Figures.Text(l.LongestNs)}; shared by {string.Join(", ", l.Devices)}", width, "", "  ");
        }
    }

    private static void Histograms(StringBuilder text, ReportHistograms h, int width)
    {
        var rows = new List<(string Name, ReportHistogram Values)> { ("start", h.Start), ("shutdown", h.Shutdown), ("release", h.Release) };
        rows.AddRange(h.ResetByMethod.Select(r => ($"reset ({r.Key})", r.Value)));
        rows.Add(("lock wait", h.LockWait));
        rows.Add(("open", h.Open));
        var table = new TextTable(
            0, 2, new("durations", Left: true), new("count"), new("p50"), new("p90"), new("p99"), new("max"), new("sum"));
        foreach ((string name, ReportHistogram v) in rows.Where(r => r.Values.Count > 0))
        {
            table.Add(
                name, $"{v.Count}", Percentile(v.P50Ns), Percentile(v.P90Ns), Percentile(v.P99Ns), Figures.Text(v.MaxNs), Figures.Text(v.SumNs));
        }
        if (rows.Any(r => r.Values.Count > 0))
            text.Append('\n').AppendJoin('\n', table.Lines(width, titles: true)).Append('\n');
    }

    internal static string Percentile(long? ns) => ns is { } known ? Figures.Text(known) : "-";

    private static void Probes(StringBuilder text, ReportCapture capture, int width)
    {
        ImmutableArray<ReportProbe> attached = [.. capture.Probes.Where(p => p.Attached)];
        text.Append($"\n{attached.Length} of {capture.Probes.Length} probes attached (");
        text.AppendJoin(", ", attached.GroupBy(p => p.Attach).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}"));
        text.Append(")\n");
        foreach (ReportProbe missing in capture.Probes.Where(p => !p.Attached && p.WaitsFor is null))
            Paragraph.Append(text, $"not attached: {missing.Name}: {missing.Reason}", width, "  ", "    ");
        foreach (IGrouping<string?, ReportProbe> waiting in capture.Probes.Where(p => !p.Attached && p.WaitsFor is not null).GroupBy(p => p.WaitsFor))
        {
            Paragraph.Append(
                text, $"not attached: {string.Join(", ", waiting.Select(p => p.Name))}: module {waiting.Key} is not loaded", width, "  ", "    ");
        }
    }
}
