using Profiler.Core;

namespace Profiler.Report.Html;

/// <summary>Durations of each kind: figures, and how they are distributed on one logarithmic axis for all.</summary>
internal static class HtmlHistograms
{
    // Bins of equal width on the axis, from 1 µs to 1000 s; a bucket is at most 5 % wide, a bin 12 %.
    private const int PerDecade = 20, Decades = 9, FirstNs = 1_000;
    private const double BinWidth = 4, Height = 40;

    private static readonly string[] Marks = ["1 µs", "1 ms", "1 s", "1000 s"];

    public static void Write(HtmlWriter html, ReportHistograms h)
    {
        (string Name, ReportHistogram Values)[] rows =
        [
            .. new (string Name, ReportHistogram Values)[]
            {
                ("start", h.Start), ("shutdown", h.Shutdown), ("release", h.Release), ("lock wait", h.LockWait), ("open", h.Open),
            }
                .Concat(h.ResetByMethod.Select(r => ($"reset ({r.Key})", r.Value)))
                .Where(row => row.Item2.Count > 0),
        ];
        if (rows.Length == 0)
            return;
        using (html.Open("section", ("aria-labelledby", "durations")))
        {
            html.Text("h2", "Durations", ("id", "durations"));
            using (html.Open("div", ("class", "scroll")))
            using (html.Open("table", ("class", "histograms")))
            {
                html.Text("caption", "Percentiles of ten values or more; the bars count values, on a logarithmic axis");
                using (html.Open("thead"))
                using (html.Open("tr"))
                {
                    foreach (string title in new[] { "of", "count", "p50", "p90", "p99", "max", "sum" })
                        html.Text("th", title, ("scope", "col"));
                    using (html.Open("th", ("scope", "col"), ("class", "axis")))
                    {
                        foreach (string mark in Marks)
                            html.Text("span", mark);
                    }
                }
                using (html.Open("tbody"))
                {
                    foreach ((string name, ReportHistogram values) in rows)
                        Row(html, name, values);
                }
            }
        }
    }

    private static void Row(HtmlWriter html, string name, ReportHistogram h)
    {
        using (html.Open("tr"))
        {
            html.Text("th", name, ("scope", "row"));
            foreach (string cell in new[]
            {
                $"{h.Count}", TextReport.Percentile(h.P50Ns), TextReport.Percentile(h.P90Ns), TextReport.Percentile(h.P99Ns), Figures.Text(h.MaxNs),
                Figures.Text(h.SumNs),
            })
                html.Text("td", cell);
            using (html.Open("td"))
                Bars(html, name, h);
        }
    }

    private static void Bars(HtmlWriter html, string name, ReportHistogram h)
    {
        var bins = h.Buckets.GroupBy(BinOf).Select(bin => (Bin: bin.Key, Count: bin.Sum(b => b.Count), FromNs: bin.Min(b => b.FromNs), BelowNs: bin.Max(b => b.BelowNs))).ToList();
        long most = bins.Max(bin => bin.Count);
        using (html.Open(
            "svg", ("viewBox", $"0 0 {HtmlWriter.Number(PerDecade * Decades * BinWidth)} {HtmlWriter.Number(Height)}"), ("preserveAspectRatio", "none"), ("role", "img"),
            ("aria-label", $"{name}: {h.Count} values from {Figures.Text(bins.Min(b => b.FromNs))} to {Figures.Text(bins.Max(b => b.BelowNs))}")))
        {
            foreach ((int bin, long count, long fromNs, long belowNs) in bins)
            {
                // What there is, can be seen.
                double height = Math.Max(2, Height * count / most);
                using (html.Open(
                    "rect", ("x", HtmlWriter.Number(bin * BinWidth)), ("y", HtmlWriter.Number(Height - height)), ("width", HtmlWriter.Number(BinWidth)),
                    ("height", HtmlWriter.Number(height))))
                    html.Text("title", $"{count} from {Figures.Text(fromNs)} to {Figures.Text(belowNs)}");
            }
        }
    }

    // By the middle of the bucket. What is shorter or longer than the axis is at its end.
    private static int BinOf(ReportBucket bucket) =>
        Math.Clamp((int)Math.Floor(PerDecade * Math.Log10((bucket.FromNs + bucket.BelowNs) / 2.0 / FirstNs)), 0, PerDecade * Decades - 1);
}
