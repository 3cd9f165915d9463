using Profiler.Core.Facts;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>Whatever something is called, an exposition stays one, and all formats call it the same.</summary>
public sealed class HostileNamesTests
{
    public static TheoryData<string> Names =>
    [
        "a \"quoted\" one", "back\\slash\\", "\\n", "\n", "two\nlines", "carriage\rreturn", "tab\t", "\u0001\u001b[31m\u007f", "} 17\nvfio_evil_total 1",
        "{}=,\"", "", " ", "caf\u00e9 \u6f22\u5b57 \ud83d\ude42", "# EOF", new string('x', 4000), "line\u2028separator\u0085",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void In_labels_of_counters_and_gauges(string name)
    {
        StagedCapture capture = ExpositionTests.BusyCapture with
        {
            VmNames = new Dictionary<int, string> { [4711] = name },
            OtherFacts =
            [
                new DeviceIdentity("0000:01:00.0", "10de", "20b0", name, name, "030200", 1, "vfio-pci", ["bus"], []),
            ],
            Probes = [new ProbeInfo(name, name, name, true, 2, name)],
        };
        Scraped scrape = capture.StateAt(6, Scrape.Limits);
        AgreementTests.AssertAgree(scrape);
        Assert.Equal("", Promtool.Complaints(scrape.Text(Negotiation.Text)));
        Assert.DoesNotContain(scrape.Text(Negotiation.Text).Split('\n'), line => line.StartsWith("vfio_evil", StringComparison.Ordinal));
        Assert.EndsWith("\n# EOF\n", scrape.Text(Negotiation.OpenMetrics), StringComparison.Ordinal);
    }

    /// <summary>A device's name has 15 bytes, and comes with the exemplars as well.</summary>
    [Theory]
    [InlineData("a\"b")]
    [InlineData("a\\")]
    [InlineData("\\\"}#")]
    [InlineData("\u0001\u001b")]
    [InlineData("\u00e9\u6f22")]
    public void Of_devices(string device)
    {
        Scraped scrape = new StagedCapture(
            $"""
            1 100/100 qemu release begin {device} mediated
            2 100/100 qemu release end
            3 100/100 qemu gone
            """).StateAt(6, Scrape.Limits);
        AgreementTests.AssertAgree(scrape);
        Assert.Equal("", Promtool.Complaints(scrape.Text(Negotiation.Text)));
        // prometheus-net does not escape exemplars: all that is between braces must still be pairs.
        Assert.All(
            scrape.Text(Negotiation.OpenMetrics).Split('\n').Where(line => line.Contains(" # ", StringComparison.Ordinal)),
            line => Assert.Matches("""# \{(?:device|shutdown)="(?:[ !#-\[\]-~]|\\[\\"n])*"\} [0-9.]+ [0-9.]+$""", line));
    }
}
