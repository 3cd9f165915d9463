using Profiler.Core;

namespace Profiler.Report.Html;

/// <summary>Where the time of a life went: one bar, and its phases as a table.</summary>
internal static class HtmlPhases
{
    public static void Write(HtmlWriter html, HtmlLife life)
    {
        if (life.Phases.IsEmpty)
            return;
        using (html.Open("div", ("class", "scroll")))
        using (html.Open("table", ("class", "phases")))
        {
            html.Text("caption", "Where the time went: each nanosecond counts for one phase");
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                foreach (string title in new[] { "phase", "time", "share" })
                    html.Text("th", title, ("scope", "col"));
                using (html.Open("th", ("scope", "col"), ("class", "axis")))
                {
                    html.Text("span", "0 %");
                    html.Text("span", "100 %");
                }
            }
            using (html.Open("tbody"))
            {
                long before = 0;
                foreach (HtmlPhase phase in life.Phases)
                {
                    Row(html, life, phase, before);
                    before += phase.Ns;
                }
            }
        }
    }

    // Each begins where the one before ends: they add up to the whole.
    private static void Row(HtmlWriter html, HtmlLife life, HtmlPhase phase, long beforeNs)
    {
        double percent = 100.0 / Math.Max(1, life.WallNs);
        using (html.Open("tr"))
        {
            html.Text("th", phase.Words, ("scope", "row"));
            html.Text("td", Figures.Text(phase.Ns));
            html.Text("td", $"{phase.Ns * percent:0.0} %");
            using (html.Open("td", ("class", "bars"), ("aria-hidden", "true")))
            {
                html.Text("span", "", ("class", $"bar phase {phase.Name}"),
                    ("style", $"left:{HtmlWriter.Number(beforeNs * percent)}%;width:{HtmlWriter.Number(phase.Ns * percent)}%"));
            }
        }
    }
}
