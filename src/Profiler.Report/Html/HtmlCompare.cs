using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Report.Compare;

namespace Profiler.Report.Html;

/// <summary>
/// The comparison as one HTML page that needs no network and no script: the sides, what is different besides durations, and each duration
/// before and after as two bars on one axis.
/// </summary>
public static class HtmlCompare
{
    /// <param name="to">Receives the page.</param>
    /// <param name="document">What to render.</param>
    public static void Write(TextWriter to, CompareDocument document) => HtmlPage.Write(
        to, $"{Kernels(document.Before)} and {Kernels(document.After)} compared",
        html =>
        {
            html.Text("h1", "Before and after");
            Side(html, "before", document.Before);
            Side(html, "after", document.After);
        },
        html =>
        {
            Limits(html, document);
            using (html.Open("section", ("aria-labelledby", "different")))
            {
                html.Text("h2", "Different besides durations", ("id", "different"));
                if (document.Different.IsEmpty)
                    html.Text("p", CompareWords.NothingDifferent);
                else
                    Lines(html, CompareWords.Differences(document));
            }
            using (html.Open("section", ("aria-labelledby", "durations")))
            {
                html.Text("h2", "Durations", ("id", "durations"));
                foreach (string note in CompareWords.Footnotes(document))
                    html.Text("p", note);
                using (html.Open("ul", ("class", "legend")))
                {
                    HtmlWaterfall.Entry(html, "before", "before");
                    HtmlWaterfall.Entry(html, "after", "after");
                }
                foreach (ImmutableArray<Comparison> measure in CompareWords.Measures(document))
                    Measure(html, measure);
            }
        });

    private static string Kernels(CompareSide side) => Figures.List(side.Recordings.Select(r => $"{r.Hostname}, kernel {r.Kernel}"));

    private static void Side(HtmlWriter html, string name, CompareSide side)
    {
        html.Text("p", $"{name}: {CompareWords.Of(side)}");
        if (CompareWords.LeftOut(side) is { } leftOut)
            html.Text("p", leftOut);
        if (side.Complete)
            return;
        using (html.Open("section", ("class", "problems incomplete"), ("aria-label", $"completeness of {name}")))
        {
            html.Text("p", $"{name}: {CompareWords.Incomplete}");
            Lines(html, CompareWords.Problems(side));
        }
    }

    private static void Limits(HtmlWriter html, CompareDocument document)
    {
        foreach ((string verdict, string heading, ImmutableArray<string> lines) in CompareWords.Limits(document))
        {
            using (html.Open("section", ("class", verdict == OverLimits.Yes ? "problems incomplete" : "problems"), ("aria-label", heading)))
            {
                html.Text("p", heading);
                Lines(html, lines);
            }
        }
    }

    private static void Lines(HtmlWriter html, IEnumerable<string> lines)
    {
        using (html.Open("ul"))
        {
            foreach (string line in lines)
                html.Text("li", line);
        }
    }

    private static void Measure(HtmlWriter html, ImmutableArray<Comparison> parts)
    {
        html.Text("h3", CompareWords.Heading(parts[0]));
        if (parts[0].Shift is null)
            return;
        // One axis for the whole and its phases; the longest value of a side may be far beyond.
        long axisNs = Math.Max(1, parts.Max(p => Math.Max(p.Before!.MedianNs, p.After!.MedianNs)));
        using (html.Open("div", ("class", "scroll")))
        using (html.Open("table", ("class", "compared")))
        {
            html.Text("caption", "Medians, how they changed, and the bars of both on one axis");
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                foreach (string title in new[] { "of", "before", "after", "change", "verdict", "95 % interval" })
                    html.Text("th", title, ("scope", "col"));
                using (html.Open("th", ("scope", "col"), ("class", "axis")))
                {
                    html.Text("span", "0");
                    html.Text("span", Figures.Text(axisNs));
                }
            }
            using (html.Open("tbody"))
            {
                foreach (Comparison part in parts)
                    Row(html, part, axisNs);
            }
        }
    }

    private static void Row(HtmlWriter html, Comparison part, long axisNs)
    {
        string name = CompareWords.PartOf(part);
        using (html.Open("tr"))
        {
            html.Text("th", name, ("scope", "row"));
            html.Text("td", Figures.Text(part.Before!.MedianNs));
            html.Text("td", Figures.Text(part.After!.MedianNs));
            html.Text("td", ChangeText.Of(part));
            html.Text("td", CompareWords.VerdictOf(part), ("class", part.Verdict == Verdict.Slower.Name() ? "slower" : null));
            html.Text("td", ChangeText.Interval(part));
            using (html.Open("td", ("class", "bars")))
            {
                Bar(html, "before", name, part.Before, axisNs);
                Bar(html, "after", name, part.After!, axisNs);
            }
        }
    }

    private static void Bar(HtmlWriter html, string side, string name, CompareFigures figures, long axisNs)
    {
        string range = figures.Lives == 1 ? "" : $", {Figures.Text(figures.MinNs)} to {Figures.Text(figures.MaxNs)}";
        string words = $"{name} {side}: median {Figures.Text(figures.MedianNs)} of {figures.Lives}{range}";
        using (html.Open(
            "span", ("class", $"bar {side}"), ("style", $"left:0%;width:{HtmlWriter.Number(100.0 * figures.MedianNs / axisNs)}%"), ("tabindex", "0"),
            ("role", "img"), ("aria-label", words)))
            html.Text("span", words, ("class", "tip"), ("aria-hidden", "true"));
    }
}
