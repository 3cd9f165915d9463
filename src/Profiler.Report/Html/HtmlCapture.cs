using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core;

namespace Profiler.Report.Html;

/// <summary>How complete the recording is, what was lost, and how each probe was attached.</summary>
internal static class HtmlCapture
{
    /// <summary>The first lines of the page.</summary>
    public static void WriteHead(HtmlWriter html, ReportDocument report)
    {
        ReportCapture capture = report.Capture;
        html.Text("h1", $"{report.Host.Hostname}, kernel {report.Host.Kernel}");
        html.Text(
            "p",
            $"{capture.Start.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC, {Figures.Text(capture.DurationNs)} recorded; " +
            Figures.Count(capture.EventsReceived, "event") + (capture.EventsLost == 0 ? ", none lost" : ""));
        if (capture.Problems.IsEmpty)
            return;
        using (html.Open("section", ("class", capture.Complete ? "problems" : "problems incomplete"), ("aria-label", "completeness")))
        {
            html.Text("p", capture.Complete ? "Notes on the capture:" : "INCOMPLETE, figures may be wrong or too low:");
            using (html.Open("ul"))
            {
                foreach (ReportProblem problem in capture.Problems)
                    html.Text("li", problem.Text + (problem.Remedy is null ? "" : $" ({problem.Remedy})"));
            }
        }
    }

    /// <summary>The last part of it.</summary>
    public static void Write(HtmlWriter html, ReportCapture capture)
    {
        using (html.Open("section", ("aria-labelledby", "capture")))
        {
            html.Text("h2", "Capture", ("id", "capture"));
            Table(
                html, "Events: emitted = received + lost", ["kind", "emitted", "received", "lost"],
                capture.Events.Select(e => (string[])[e.Kind, Number(e.Emitted), Number(e.Received), Number(e.Lost)]));
            Table(
                html, $"Probes: {capture.Probes.Count(p => p.Attached)} of {capture.Probes.Length} attached", ["probe", "function or tracepoint", "attached", "missed", "why"],
                capture.Probes.Select(p => (string[])
                [
                    p.Name, p.Symbol, p.Attached ? p.Attach ?? "yes" : p.WaitsFor is null ? "no" : $"no, module {p.WaitsFor} is not loaded",
                    p.Attached ? Number(p.Missed) : "-", p.Reason,
                ]));
        }
    }

    /// <summary>A plain table; the first cell of a row is its name.</summary>
    public static void Table(HtmlWriter html, string caption, ImmutableArray<string> titles, IEnumerable<string[]> rows)
    {
        using (html.Open("div", ("class", "scroll")))
        using (html.Open("table"))
        {
            html.Text("caption", caption);
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                foreach (string title in titles)
                    html.Text("th", title, ("scope", "col"));
            }
            using (html.Open("tbody"))
            {
                foreach (string[] row in rows)
                {
                    using (html.Open("tr"))
                    {
                        html.Text("th", row[0], ("scope", "row"));
                        foreach (string cell in row[1..])
                            html.Text("td", cell);
                    }
                }
            }
        }
    }

    private static string Number(long? count) => count is { } known ? known.ToString("N0", CultureInfo.InvariantCulture) : "unknown";
}
