using Profiler.Cli.Tests.Support;
using Profiler.Core.Histograms;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Tests;
using Profiler.Metrics.Values;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve;

/// <summary>A real Prometheus scrapes a recording of a hundred releases, and its quantiles are those of the report.</summary>
public sealed class PrometheusTests
{
    private const string Name = "vfio_release_duration_seconds";

    private static readonly double[] Quantiles = [0.1, 0.5, 0.9, 0.99];

    private static readonly HistogramSnapshot Report = HundredReleases.Capture.StateAt(1000).Snapshot.Histograms.Release;

    [Fact]
    public async Task Quantiles_by_classic_buckets_are_the_reports_within_a_bucket()
    {
        (Serving serving, PrometheusServer prometheus) = await Scraped("exemplar-storage");
        await using (serving)
        await using (prometheus)
        {
            Assert.Equal(100, await prometheus.Value($"{Name}_count == 100"));
            foreach (double q in Quantiles)
            {
                double quantile = await prometheus.Value(FormattableString.Invariant($"histogram_quantile({q}, {Name}_bucket)"));
                double reported = Report.Quantile(q) / 1e9;
                Assert.InRange(Math.Abs(ClassicBucket(quantile) - ClassicBucket(reported)), 0, 1);
            }
        }
    }

    [Fact]
    public async Task Quantiles_by_native_buckets_are_the_reports_within_a_bucket()
    {
        (Serving serving, PrometheusServer prometheus) = await Scraped("native-histograms");
        await using (serving)
        await using (prometheus)
        {
            Assert.Equal(100, await prometheus.Value($"histogram_count({Name}) == 100"));
            Assert.Equal(Report.SumNs / 1e9, await prometheus.Value($"histogram_sum({Name})"), 9);
            foreach (double q in Quantiles)
            {
                double quantile = await prometheus.Value(FormattableString.Invariant($"histogram_quantile({q}, {Name})"));
                double reported = Report.Quantile(q) / 1e9;
                Assert.InRange(Math.Abs(NativeBuckets.IndexOf(quantile) - NativeBuckets.IndexOf(reported)), 0, 1);
            }
            // An empty one is a native histogram too, and what is no histogram comes through as it is.
            Assert.Equal(0, await prometheus.Value("histogram_count(vfio_open_duration_seconds)"));
            Assert.Equal(100, await prometheus.Value("sum(vfio_device_releases_total)"));
            Assert.Equal(1, await prometheus.Value("vfioscope_build_info"));
        }
    }

    /// <summary>Which shutdown a release was part of is known when that is over: the text's exemplars do not wait for it.</summary>
    [Fact]
    public async Task Exemplars_in_text_name_the_device_or_the_shutdown()
    {
        (Serving serving, PrometheusServer prometheus) = await Scraped("exemplar-storage");
        await using (serving)
        await using (prometheus)
        {
            Assert.Equal(1, await prometheus.Value("vfio_shutdown_duration_seconds_count == 1"));
            Assert.Equal(1, await prometheus.Value("up"));
            Assert.Contains("\"device\":\"0000:01:00.", await prometheus.Exemplars(Name + "_bucket"), StringComparison.Ordinal);
            Assert.Contains(
                "\"shutdown\":\"100-1000000000\"", await prometheus.Exemplars("vfio_shutdown_duration_seconds_bucket"),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Exemplars_in_protobuf_name_both()
    {
        (Serving serving, PrometheusServer prometheus) = await Scraped("exemplar-storage,native-histograms");
        await using (serving)
        await using (prometheus)
        {
            Assert.Equal(100, await prometheus.Value($"histogram_count({Name}) == 100"));
            string exemplars = await Eventually.Get(() => prometheus.Exemplars(Name), found => found != "[]");
            Assert.Contains("\"shutdown\":\"100-1000000000\"", exemplars, StringComparison.Ordinal);
            Assert.Contains("\"device\":\"0000:01:00.", exemplars, StringComparison.Ordinal);
        }
    }

    private static async Task<(Serving, PrometheusServer)> Scraped(string features)
    {
        string path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, HundredReleases.Capture.Recording());
        Serving serving = await Serving.Start("--from", path, "--speed", "1000000");
        await serving.GetWhen(text => text.Contains("vfio_shutdown_duration_seconds_count 1\n", StringComparison.Ordinal));
        File.Delete(path);
        return (serving, await PrometheusServer.Scraping(serving.Url, features));
    }

    private static int ClassicBucket(double seconds) =>
        MetricsFormat.BoundsNs.TakeWhile(bound => bound < (long)Math.Round(seconds * 1e9)).Count();
}
