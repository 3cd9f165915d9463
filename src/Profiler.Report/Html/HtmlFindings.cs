using System.Collections.Immutable;

namespace Profiler.Report.Html;

/// <summary>All findings, the most costly first, each with the life that it is about.</summary>
internal static class HtmlFindings
{
    private const int ShownAtOnce = 10;

    public static void Write(HtmlWriter html, ReportDocument report, ImmutableArray<HtmlLife> lives)
    {
        ImmutableArray<(ReportFinding Finding, HtmlLife? Life)> all =
        [
            .. lives.SelectMany(life => life.Findings.Select(f => (Finding: f, Life: (HtmlLife?)life)))
                // Those of several shutdowns together, and of what is in no life.
                .Concat((report.Shutdowns.Length > 1 ? report.Releases.Findings : []).Concat(report.FindingsBesideStarts).Select(f => (f, (HtmlLife?)null)))
                .OrderByDescending(f => f.Item1.Seconds),
        ];
        using (html.Open("section", ("aria-labelledby", "findings")))
        {
            html.Text("h2", "Findings", ("id", "findings"));
            if (all.IsEmpty)
                html.Text("p", "None.");
            foreach ((ReportFinding finding, HtmlLife? life) in all.Take(ShownAtOnce))
                Write(html, finding, life);
            if (all.Length <= ShownAtOnce)
                return;
            using (html.Open("details"))
            {
                html.Text("summary", $"{all.Length - ShownAtOnce} more");
                foreach ((ReportFinding finding, HtmlLife? life) in all.Skip(ShownAtOnce))
                    Write(html, finding, life);
            }
        }
    }

    private static void Write(HtmlWriter html, ReportFinding finding, HtmlLife? life)
    {
        using (html.Open("article", ("class", $"finding {finding.Severity}")))
        {
            using (html.Open("h3"))
            {
                html.Text("span", finding.Severity, ("class", "severity"));
                html.Text("code", finding.Id);
                if (finding.Seconds > 0)
                    html.Text("span", $"{finding.Seconds:0.000} s", ("class", "cost"));
            }
            html.Text("p", finding.Text);
            if (finding.Remedy is not null)
                html.Text("p", finding.Remedy, ("class", "remedy"));
            if (life is not null)
                html.Text("a", life.Title, ("href", $"#{life.Id}"));
        }
    }
}
