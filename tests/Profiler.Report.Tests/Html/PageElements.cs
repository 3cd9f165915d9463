using System.Globalization;
using System.Xml.Linq;

namespace Profiler.Report.Tests.Html;

/// <summary>The elements of a page, and what holds for those of any page.</summary>
internal static class PageElements
{
    public static XElement Parsed(string page)
    {
        const string Type = "<!DOCTYPE html>";
        Assert.StartsWith(Type, page, StringComparison.Ordinal);
        return XDocument.Parse(page[Type.Length..]).Root!;
    }

    public static bool Class(XElement element, string name) => ((string?)element.Attribute("class") ?? "").Split(' ').Contains(name);

    public static string Percent(long ns, long ofNs) => (100.0 * ns / ofNs).ToString("0.###", CultureInfo.InvariantCulture);

    public static string Style(XElement bar, string property) =>
        bar.Attribute("style")!.Value.Split(';').Single(p => p.StartsWith(property, StringComparison.Ordinal))[(property.Length + 1)..].TrimEnd('%');

    /// <summary>It needs no network and runs no script.</summary>
    public static void NeedsNothing(XElement page)
    {
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object");
        Assert.DoesNotContain(
            page.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || a.Name.LocalName == "src");
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.Equal(
            "default-src 'none'; style-src 'unsafe-inline'",
            page.Descendants("meta").Single(m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value);
    }

    /// <summary>A parser of HTML sees what one of XML does: it has nothing that a browser would close by itself, or not close at all.</summary>
    public static void MeansTheSame(string text)
    {
        foreach (string element in new[] { "td", "th", "span", "div", "ul", "li", "p", "section", "table" })
            Assert.DoesNotMatch($"<{element}[^>]*/>", text);
        XElement page = Parsed(text);
        Assert.All(page.Descendants("p"), p => Assert.Empty(p.Elements()));
        Assert.All(page.Descendants("tr"), row => Assert.Equal(
            row.Ancestors("table").Single().Descendants("tr").First().Elements().Count(), row.Elements().Count()));
    }

    /// <summary>What can be pointed at can be reached with the keyboard; what leads somewhere has a target, what is a table or section a label.</summary>
    public static void CanBeReached(XElement page)
    {
        Assert.All(page.Descendants().Where(e => Class(e, "tip")), tip =>
        {
            Assert.Equal("0", tip.Parent!.Attribute("tabindex")?.Value);
            Assert.Equal(tip.Value, tip.Parent.Attribute("aria-label")?.Value);
        });
        Assert.All(page.Descendants("section"), s => Assert.NotNull(s.Attribute("aria-label") ?? s.Attribute("aria-labelledby")));
        Assert.All(page.Descendants("table"), table => Assert.NotEmpty(table.Element("caption")!.Value));
        Assert.All(page.Descendants("th"), th => Assert.Contains(th.Attribute("scope")?.Value, new[] { "col", "row" }));
        string[] ids = [.. page.Descendants().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(page.Descendants("a"), a => Assert.Contains(a.Attribute("href")!.Value[1..], ids));
        Assert.All(page.Descendants().Attributes("aria-labelledby"), a => Assert.Contains(a.Value, ids));
    }
}
