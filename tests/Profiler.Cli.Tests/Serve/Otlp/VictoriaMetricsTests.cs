using System.Globalization;
using System.Text.RegularExpressions;
using Profiler.Cli.Tests.Support;
using Profiler.Core.Histograms;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Tests;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve.Otlp;

/// <summary>
/// A server that somebody else wrote takes what is pushed: its numbers are those of a scrape, its quantiles those of the
/// report. (It keeps no exemplars.)
/// </summary>
public sealed partial class VictoriaMetricsTests
{
    private const string Name = "vfio_release_duration_seconds";

    [Fact]
    public async Task Counts_sums_and_quantiles_are_those_of_the_report()
    {
        using var recording = new TemporaryFile(HundredReleases.Capture.Recording());
        await using PrometheusServer server = await PrometheusServer.VictoriaMetrics();
        await using Serving serving = await Serving.Start(
            "--from", recording.Path, "--speed", "1000000", "--otlp.endpoint", $"{server.Url}opentelemetry", "--otlp.interval", "200ms");
        string scraped = await serving.GetWhen(text => text.Contains("vfio_shutdown_duration_seconds_count 1\n", StringComparison.Ordinal));

        Assert.Equal(100, await server.Value($"{Name}_count == 100"));
        Assert.Equal(1, await server.Value("vfio_shutdown_duration_seconds_count == 1"));
        MatchCollection totals = Total().Matches(scraped);
        Assert.NotEmpty(totals);
        foreach (Match total in totals)
        {
            double pushed = await server.Value(total.Groups[1].Value + total.Groups[2].Value);
            Assert.Equal(double.Parse(total.Groups[3].Value, CultureInfo.InvariantCulture), pushed, 9);
        }
        HistogramSnapshot report = HundredReleases.Capture.StateAt(1000).Snapshot.Histograms.Release;
        foreach (double q in (double[])[0.1, 0.5, 0.9, 0.99])
        {
            double quantile = await server.Value(FormattableString.Invariant($"histogram_quantile({q}, {Name}_bucket)"));
            Assert.InRange(Math.Abs(NativeBuckets.IndexOf(quantile) - NativeBuckets.IndexOf(report.Quantile(q) / 1e9)), 0, 1);
        }
        Assert.Equal(100, await server.Value("sum(vfio_device_releases_total)"));
        Assert.Equal(1, await server.Value("vfioscope_build_info"));
    }

    // Of histograms, those that have a value: the others are not pushed.
    [GeneratedRegex("^(vfio_[a-z_]+_(?:count|sum))({.*})? ([0-9.]*[1-9][0-9.]*)$", RegexOptions.Multiline)]
    private static partial Regex Total();
}
