using System.Globalization;
using System.Xml.Linq;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Report.Html;
using Profiler.Tests.Support;
using static Profiler.Report.Tests.Html.PageElements;

namespace Profiler.Report.Tests.Html;

/// <summary>The report as a page: one of them to be read, and what holds for all.</summary>
public sealed class HtmlTests
{
    public static TheoryData<string> Cases => ReportTests.Cases;

    [Fact]
    public void The_page_is_as_expected() => Golden.Equal(Golden.Beside("lock-convoy.html"), Page(ReportTests.Build("lock-convoy")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_well_formed_and_needs_no_network_and_no_script(string name) =>
        NeedsNothing(Parsed(ReportTests.Build(name)));

    // What a browser would close by itself, or not close at all.
    [Theory]
    [MemberData(nameof(Cases))]
    public void It_means_the_same_to_a_parser_of_HTML(string name) =>
        MeansTheSame(Page(ReportTests.Build(name)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_can_be_pointed_at_can_be_reached_with_the_keyboard_and_is_labelled(string name) =>
        CanBeReached(Parsed(ReportTests.Build(name)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bars_are_where_the_data_says(string name)
    {
        ReportDocument report = ReportTests.Build(name);
        XElement page = Parsed(report);
        foreach (ReportShutdown s in report.Shutdowns)
        {
            XElement section = page.Descendants("section").Single(e => e.Attribute("id")?.Value == $"shutdown-{s.Pid}-{s.StartNs}");
            XElement[] rows = [.. section.Descendants("table").FirstOrDefault(t => Class(t, "waterfall"))?.Element("tbody")!.Elements("tr") ?? []];
            Assert.Equal(s.Devices.Length + s.UnderWay.Length, rows.Length);
            foreach ((ReportDevice device, XElement row) in s.Devices.Zip(rows))
            {
                Assert.Equal(device.Bdf, row.Element("th")!.Value);
                IEnumerable<(string, long, long)> parts =
                [
                    ("bar rest", device.StartNs, device.DurationNs),
                    .. device.LockWaits.Select(w => ("bar wait", w.StartNs, w.DurationNs)),
                    .. device.Resets.SelectMany(r => r.Attempts)
                        .Select(a => ($"bar reset {a.Method}{(a.Result == 0 ? "" : " failed")}", a.StartNs, a.DurationNs)),
                ];
                Assert.Equal(
                    parts.Select(p => (p.Item1, Percent(p.Item2 - s.StartNs, s.WallNs), Percent(p.Item3, s.WallNs))),
                    row.Elements("td").Last().Elements().Select(bar => (bar.Attribute("class")!.Value, Style(bar, "left"), Style(bar, "width"))));
            }
            foreach ((ReportUnderWay operation, XElement row) in s.UnderWay.Zip(rows[s.Devices.Length..]))
            {
                XElement[] bars = [.. row.Elements("td").Last().Elements()];
                Assert.Equal(1 + operation.FailedAttempts.Length + (operation.State == "working" ? 0 : 1), bars.Length);
                Assert.All(operation.FailedAttempts.Zip(bars[1..]), pair => Assert.Equal(
                    (Percent(pair.First.StartNs - s.StartNs, s.WallNs), Percent(pair.First.DurationNs, s.WallNs)), (Style(pair.Second, "left"), Style(pair.Second, "width"))));
                // What goes on ends where the axis ends.
                Assert.All([bars[0], bars[^1]], bar => Assert.Equal(
                    100, double.Parse(Style(bar, "left"), CultureInfo.InvariantCulture) + double.Parse(Style(bar, "width"), CultureInfo.InvariantCulture), 0.002));
            }
            double phases = section.Descendants().Where(e => Class(e, "phase")).Sum(bar => double.Parse(Style(bar, "width"), CultureInfo.InvariantCulture));
            Assert.Equal(100, phases, 0.05);
        }
    }

    [Fact]
    public void A_lock_wait_names_its_holder()
    {
        XElement page = Parsed(ReportTests.Build("lock-convoy"));
        Assert.Contains(
            page.Descendants().Where(e => Class(e, "wait")).Select(e => e.Attribute("aria-label")?.Value),
            label => label is "0000:05:00.1: waited 1.008 s for dev_set lock 1, held by worker (pid 200), tid 201, for 0000:05:00.0, 1.000 s of it in reset (1.008 s)");
    }

    [Fact]
    public void Each_value_is_in_a_bar_of_its_histogram()
    {
        ReportDocument report = ReportTests.Build("lock-convoy");
        XElement[] rows = [.. Parsed(report).Descendants("table").Single(t => Class(t, "histograms")).Element("tbody")!.Elements("tr")];
        XElement releases = rows.Single(r => r.Element("th")!.Value == "release");
        Assert.Equal(report.Histograms.Release.Count, releases.Descendants("title").Sum(t => long.Parse(t.Value.Split(' ')[0], CultureInfo.InvariantCulture)));
        // 1 s is two thirds of the way from 1 µs to 1000 s.
        double x = releases.Descendants("rect").Min(r => double.Parse(r.Attribute("x")!.Value, CultureInfo.InvariantCulture));
        Assert.InRange(x / 720, 0.66, 0.68);
    }

    [Fact]
    public void Hostile_names_are_text()
    {
        string[] hostile = ["<script>1</script>", "\"><img src=x onerror=1>", "</style></title>&lt;'", "--><!--"];
        var staged = new StagedCapture(
            """
            1.0 1/1 <script>x() signal 15 to 7/7 <script>alert(1
            1.1 7/7 <script>alert(1 release begin 0000:01:00.0 lock a exiting
            1.2 7/8 "onload=1 release begin <b>x</b>&amp; lock a
            1.3 7/8 "onload=1 wait begin devset lock a holder 7/7 <script>alert(1
            2.3 7/7 <script>alert(1 release end
            2.4 7/8 "onload=1 wait end lock a
            2.5 7/8 "onload=1 release end
            2.6 7/7 <script>alert(1 gone
            """)
        {
            VmNames = new Dictionary<int, string> { [7] = hostile[1] },
            OtherFacts =
            [
                new DeviceIdentity("0000:01:00.0", "10de", "2330", hostile[0], hostile[2], "030200", 14, hostile[0], [hostile[0]], []),
                new KernelStack(3, [hostile[3]]),
            ],
            Probes = [new("release", hostile[0], "fentry", true, 0, hostile[1], Required: true), new(hostile[2], hostile[3], null, false, null, hostile[0], hostile[1])],
        };
        ReportDocument report = ReportBuilder.Build(RecordedCapture.Read(RecordingReader.Open(new MemoryStream(staged.Recording()))), ActivityFilter.None);
        XElement page = Parsed(report), tame = Parsed(ReportTests.Build("lock-convoy"));
        Assert.Contains("<script>1</script>", page.Value, StringComparison.Ordinal);
        Assert.Contains("\"><img src=x onerror=1> (pid 7)", page.Value, StringComparison.Ordinal);
        Assert.Contains("<b>x</b>&amp;", page.Value, StringComparison.Ordinal);
        // No element and no attribute that a harmless report does not have, too.
        Assert.Empty(Names(page).Except([.. Names(tame), "section class", "a", "a href", "details", "details open", "summary", "p class"]));

        static IEnumerable<string> Names(XElement page) => page.DescendantsAndSelf()
            .SelectMany(e => e.Attributes().Select(a => $"{e.Name} {a.Name}").Append($"{e.Name}")).Distinct();
    }

    private static string Page(ReportDocument report)
    {
        using var page = new StringWriter(CultureInfo.InvariantCulture);
        HtmlReport.Write(page, report);
        return page.ToString();
    }

    private static XElement Parsed(ReportDocument report) => PageElements.Parsed(Page(report));
}
