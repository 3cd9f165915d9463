using System.Text.RegularExpressions;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Statistics;
using Profiler.Core.Wire;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Otlp.Sending;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Metrics.Values;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>Events in, the text Prometheus gets out: whole, in NAME.prom, and in NAME.openmetrics.</summary>
public sealed partial class ExpositionTests
{
    private static readonly Scraped Nothing = new StagedCapture("").StateAt(1, Scrape.Limits);

    internal static readonly StagedCapture BusyCapture = new(StagedEvents.Busy)
    {
        Probes =
        [
            new("release", "vfio_device_fops_release", "fentry", true, 2, ""),
            new("lock", "contention_begin", "tracepoint", true, null, ""),
            new("open", "a \"name\" with \\ and \n", null, false, null, ""),
            new("signal", "signal_generate", "tracepoint", true, null, ""),
        ],
        Lost = new Dictionary<EventKind, long> { [EventKind.LockWait] = 17 },
        VmNames = new Dictionary<int, string> { [4711] = "gpu \"a\"" },
        OtherFacts =
        [
            new ProcessIdentity(4711, "gpu \"a\"", VmManagers.KubeVirt, "training", "virt-launcher-a"),
            new DeviceIdentity("0000:01:00.0", "10de", "20b0", "NVIDIA Corporation", "GA100", "030200", 1, "vfio-pci", ["bus"], []),
            new DeviceIdentity("0000:02:00.0", "10de", "20b5", null, null, "030200", 2, "vfio-pci", ["flr", "bus"], []),
        ],
    };

    internal static readonly Scraped Busy = BusyCapture.StateAt(6, Scrape.Limits);

    /// <summary>The same with the rest that there may be: each metric has a series.</summary>
    internal static readonly MetricsState Everything = Busy.State with
    {
        Kept = new KeptCounts(3, 1, 40_000),
        KeptNewest =
        [
            new("kept-20261122T090000Z-asked.vfioscope", new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero), null, null, null, false),
            new("kept-20261122T080000Z-17.2s-gpu-a.vfioscope", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), "gpu-a", 17.2, KeptKind.Shutdown, false),
        ],
        Telemetry = [new OtlpCounts(OtlpSignal.Traces, 40, 7, 2, 0), new OtlpCounts(OtlpSignal.Logs, 12, 0, 0, 0)],
        Statistics = Busy.State.Statistics with
        {
            LibvirtFailureDevices = 40,
            DeviceFindings = [new DeviceFinding("reset_timed_out", "0000:01:00.0", "gpu-a", 1, DateTimeOffset.UnixEpoch)],
        },
    };

    [Fact]
    public void Nothing_yet() => Golden.Equal(Golden.Beside("nothing-yet.prom"), Nothing.Text(Negotiation.Text));

    [Fact]
    public void Releases_done_and_under_way() => Golden.Equal(Golden.Beside("busy.prom"), Busy.Text(Negotiation.Text));

    [Fact]
    public void The_same_as_OpenMetrics() => Golden.Equal(
        Golden.Beside("busy.openmetrics"), ExemplarTime().Replace(Busy.Text(Negotiation.OpenMetrics), "$1 NOW\n"));

    [Fact]
    public void What_is_not_known_to_be_lost_is_not_said_to_be_none()
    {
        string text = (BusyCapture with { Lost = null }).StateAt(6, Scrape.Limits).Text(Negotiation.Text);
        Assert.Contains("vfioscope_events_total{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("vfioscope_events_lost_total{", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_much_goes_into_other_and_is_counted()
    {
        string[] lines = BusyCapture.StateAt(6, new StatisticsLimits(1, 0)).Text(Negotiation.Text).Split('\n');
        Assert.Equal(
            [
                "vfio_device_releases_total{device=\"0000:01:00.0\",model=\"NVIDIA Corporation GA100\",vm=\"other\"} 1",
                "vfio_device_releases_total{device=\"other\",model=\"other\",vm=\"other\"} 1",
                "vfioscope_series_folded_total{label=\"device\"} 1",
                "vfioscope_series_folded_total{label=\"vm\"} 4",
            ],
            lines.Where(l => l.StartsWith("vfio_device_releases_total{", StringComparison.Ordinal) ||
                l.StartsWith("vfioscope_series_folded_total{", StringComparison.Ordinal)));
        Assert.Contains("vfio_last_shutdown_devices{vm=\"other\"} 2", lines);
    }

    [Fact]
    public void All_findings_are_counted_from_the_start() => Assert.Equal(
        FindingKinds.All.Select(k => k.Id).Order(StringComparer.Ordinal).Select(id => $"vfio_findings_total{{finding=\"{id}\"}} 0"),
        Nothing.Text(Negotiation.Text).Split('\n').Where(l => l.StartsWith("vfio_findings_total{", StringComparison.Ordinal)));

    [Fact]
    public void Buckets_are_right_to_the_nanosecond()
    {
        long[] values = [.. MetricsFormat.BoundsNs.SelectMany(bound => new[] { bound - 1, bound, bound, bound + 1 })];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
            histogram.Record(value);
        HistogramSnapshot snapshot = histogram.Snapshot();
        Assert.All(MetricsFormat.BoundsNs, bound => Assert.Equal(values.Count(v => v <= bound), snapshot.CountUpTo(bound)));
    }

    [Fact]
    public void Promtool_has_nothing_to_complain_about()
    {
        Assert.Equal("", Promtool.Complaints(Nothing.Text(Negotiation.Text)));
        Assert.Equal("", Promtool.Complaints(Busy.Text(Negotiation.Text)));
    }

    // An exemplar's time is when it was observed.
    [GeneratedRegex(@"( # \{.*\} [0-9.]+) [0-9.]+\n")]
    private static partial Regex ExemplarTime();
}
