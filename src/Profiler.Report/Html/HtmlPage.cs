namespace Profiler.Report.Html;

/// <summary>What all pages have: a head, one style sheet, and a policy under which nothing is loaded or run.</summary>
internal static class HtmlPage
{
    // Whatever a name in the recording contains.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    private static readonly Lazy<string> Css = new(() =>
    {
        using var css = new StreamReader(typeof(HtmlPage).Assembly.GetManifestResourceStream("report.css")!);
        return css.ReadToEnd();
    });

    /// <param name="to">Receives the page.</param>
    /// <param name="title">Of the browser's window.</param>
    /// <param name="header">Writes its first lines.</param>
    /// <param name="main">Writes the rest.</param>
    public static void Write(TextWriter to, string title, Action<HtmlWriter> header, Action<HtmlWriter> main)
    {
        var html = new HtmlWriter(to);
        using (html.Page("en"))
        {
            using (html.Open("head"))
            {
                html.Empty("meta", ("charset", "utf-8"));
                html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
                html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
                html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
                html.Text("title", $"vfioscope: {title}");
                html.Style(Css.Value);
            }
            using (html.Open("body"))
            {
                using (html.Open("header"))
                    header(html);
                using (html.Open("main"))
                    main(html);
            }
        }
        to.Write('\n');
    }
}
