using System.Globalization;
using System.Xml.Linq;
using Profiler.Report.Compare;
using Profiler.Report.Html;
using Profiler.Report.Tests.Compare;
using Profiler.Tests.Support;
using static Profiler.Report.Tests.Html.PageElements;

namespace Profiler.Report.Tests.Html;

/// <summary>The comparison as a page: one of them to be read, and what holds for all.</summary>
public sealed class HtmlCompareTests
{
    public static TheoryData<string> Cases => CompareTests.Cases;

    [Fact]
    public void The_page_is_as_expected() => Golden.Equal(Golden.Beside("faster.html"), Page(CompareTests.Build("faster")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_a_page_like_the_report(string name)
    {
        string text = Page(CompareTests.Build(name));
        NeedsNothing(Parsed(text));
        MeansTheSame(text);
        CanBeReached(Parsed(text));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bars_are_as_long_as_the_medians(string name)
    {
        CompareDocument document = CompareTests.Build(name);
        XElement[] rows = [.. Parsed(Page(document)).Descendants("table").SelectMany(t => t.Element("tbody")!.Elements("tr"))];
        Comparison[] compared = [.. document.Comparisons.Where(c => c.Shift is not null)];
        Assert.Equal(compared.Length, rows.Length);
        foreach ((Comparison of, XElement row) in compared.Zip(rows))
        {
            Comparison[] measure = [.. compared.Where(c => c.Metric == of.Metric && c.Devices.SequenceEqual(of.Devices))];
            long axis = measure.Max(c => Math.Max(c.Before!.MedianNs, c.After!.MedianNs));
            XElement[] bars = [.. row.Elements("td").Last().Elements()];
            Assert.Equal(["bar before", "bar after"], bars.Select(b => b.Attribute("class")!.Value));
            Assert.Equal([Percent(of.Before!.MedianNs, axis), Percent(of.After!.MedianNs, axis)], bars.Select(b => Style(b, "width")));
            Assert.Equal(of.Verdict == "slower", row.Elements("td").Any(c => Class(c, "slower")));
        }
        Assert.All(rows.Descendants().Where(e => Class(e, "bar")), bar => Assert.InRange(double.Parse(Style(bar, "width"), CultureInfo.InvariantCulture), 0, 100));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_says_what_the_text_says(string name)
    {
        CompareDocument document = CompareTests.Build(name);
        string page = Parsed(Page(document)).Value;
        // Without the line breaks of its paragraphs, each sentence of the text is on the page.
        IEnumerable<string> sentences =
        [
            CompareWords.Of(document.Before), CompareWords.Of(document.After), .. CompareWords.Differences(document),
            .. CompareWords.Problems(document.Before), .. CompareWords.Problems(document.After), .. CompareWords.Footnotes(document),
            .. CompareWords.Limits(document).SelectMany(l => l.Lines.Prepend(l.Heading)), .. document.Comparisons.Where(c => c.Part is null).Select(CompareWords.Heading),
        ];
        Assert.All(sentences, sentence => Assert.Contains(sentence, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Hostile_names_are_text()
    {
        string[] hostile = ["<script>1</script>", "\"><img src=x onerror=1>", "</style></title>&lt;'", "--><!--"];
        CompareDocument tame = CompareTests.Build("incomplete");
        CompareDocument document = tame with
        {
            Before = tame.Before with { Recordings = [.. tame.Before.Recordings.Select(r => r with { File = hostile[0], Hostname = hostile[1], Kernel = hostile[2] })] },
            After = tame.After with { Recordings = [.. tame.After.Recordings.Select(r => r with { File = hostile[0], Hostname = hostile[3] })] },
            Different = [new CompareFact("kernel", hostile[0], [hostile[1]], [hostile[2], hostile[3]])],
            Comparisons = [.. tame.Comparisons.Select(c => c with { Devices = [.. c.Devices.Select(d => d with { Name = hostile[0] })] })],
        };
        XElement page = Parsed(Page(document));
        Assert.Contains("<script>1</script>", page.Value, StringComparison.Ordinal);
        Assert.Contains("\"><img src=x onerror=1>", page.Value, StringComparison.Ordinal);
        // No element and no attribute that a harmless page does not have, too.
        Assert.Empty(Names(page).Except(Names(Parsed(Page(tame)))));
        NeedsNothing(page);

        static IEnumerable<string> Names(XElement page) => page.DescendantsAndSelf()
            .SelectMany(e => e.Attributes().Select(a => $"{e.Name} {a.Name}").Append($"{e.Name}")).Distinct();
    }

    private static string Page(CompareDocument document)
    {
        using var page = new StringWriter(CultureInfo.InvariantCulture);
        HtmlCompare.Write(page, document);
        return page.ToString();
    }
}
