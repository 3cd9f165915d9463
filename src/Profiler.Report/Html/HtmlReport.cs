using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core;

namespace Profiler.Report.Html;

/// <summary>
/// The report as one HTML page that needs no network and no script: findings, lives with their waterfalls and phases, durations, capture.
/// </summary>
public static class HtmlReport
{
    /// <param name="to">Receives the page.</param>
    /// <param name="report">What to render.</param>
    public static void Write(TextWriter to, ReportDocument report)
    {
        ImmutableArray<HtmlLife> lives = [.. report.Shutdowns.Select(HtmlLife.Of)];
        ImmutableArray<HtmlLife> starts = [.. report.Starts.Select(HtmlLife.Of)];
        HtmlPage.Write(
            to, string.Create(CultureInfo.InvariantCulture, $"{report.Host.Hostname}, {report.Capture.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"),
            html => HtmlCapture.WriteHead(html, report),
            html =>
            {
                HtmlFindings.Write(html, report, [.. starts, .. lives]);
                Lives(html, "Starts", "starts", null, starts);
                Lives(html, "Shutdowns", "shutdowns", "No device was released.", lives);
                if (!report.UserResets.IsEmpty)
                    HtmlCapture.Table(html, "Resets that programs asked for", UserResets.Columns, report.UserResets.Select(r => UserResets.Cells(r, report)));
                Locks(html, report.Locks);
                if (!report.Forecasts.IsEmpty)
                    HtmlCapture.Table(html, Forecasts.Title, Forecasts.Columns, report.Forecasts.Select(Forecasts.Cells));
                HtmlList.Write(html, WhatIfText.Title, report.WhatIf is { } whatIf ? [.. WhatIfText.Lines(whatIf)] : []);
                HtmlHistograms.Write(html, report.Histograms);
                HtmlList.Write(
                    html, "Kernel stacks of slow operations, innermost frame first",
                    [.. StackText.Used(report).Select(s => $"{s.What}: {string.Join(" < ", s.Stack.Frames)}")]);
                HtmlCapture.Write(html, report.Capture);
            });
    }

    private static void Lives(HtmlWriter html, string title, string id, string? none, ImmutableArray<HtmlLife> lives)
    {
        if (lives.IsEmpty && none is null)
            return;
        using (html.Open("section", ("aria-labelledby", id)))
        {
            html.Text("h2", title, ("id", id));
            if (lives.IsEmpty)
                html.Text("p", none!);
            foreach (HtmlLife life in lives)
            {
                using (html.Open("section", ("class", "life"), ("id", life.Id), ("aria-label", life.Title)))
                {
                    html.Text("h3", life.Title);
                    using (html.Open("ul", ("class", "notes")))
                    {
                        foreach (string note in life.Notes)
                            html.Text("li", note);
                    }
                    HtmlWaterfall.Write(html, life);
                    HtmlPhases.Write(html, life);
                }
            }
        }
    }

    private static void Locks(HtmlWriter html, ImmutableArray<ReportLock> locks)
    {
        if (locks.IsEmpty)
            return;
        using (html.Open("section", ("aria-labelledby", "locks")))
        {
            html.Text("h2", "Locks", ("id", "locks"));
            HtmlCapture.Table(
                html, "Locks that were waited for", ["lock", "waits", "in total", "longest", "shared by"],
                locks.Select(l => (string[])
                [
                    Waterfall.LockLabel(l.LockKind, l.Lock), $"{l.Waits}", Figures.Text(l.WaitedNs), Figures.Text(l.LongestNs), string.Join(", ", l.Devices),
                ]));
        }
    }
}
