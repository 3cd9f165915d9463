using System.Collections.Immutable;

namespace Profiler.Report.Html;

/// <summary>Lists that a reader may open; on paper they are open.</summary>
internal static class HtmlList
{
    private const int ShownAtOnce = 8;

    /// <param name="html">Receives it; nothing if there is no line.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="lines">A sentence each.</param>
    public static void Write(HtmlWriter html, string title, ImmutableArray<string> lines)
    {
        if (lines.IsEmpty)
            return;
        using (html.Open("details", ("open", lines.Length <= ShownAtOnce ? "" : null)))
        {
            html.Text("summary", $"{title} ({lines.Length})");
            using (html.Open("ul"))
            {
                foreach (string line in lines)
                    html.Text("li", line);
            }
        }
    }
}
