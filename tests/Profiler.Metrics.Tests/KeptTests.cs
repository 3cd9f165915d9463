using System.Text.RegularExpressions;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Registry;
using Profiler.Metrics.Values;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>What the metrics say of recordings that the flight recorder kept: in exemplars, and which there are.</summary>
public sealed partial class KeptTests
{
    private const string File = "kept-20261122T080002Z-2.0s-gpu-a.vfioscope";

    private static readonly StagedCapture Capture = new("""
        1.0 1/1 virsh signal 15 to 100/100 qemu
        1.0 100/100 qemu release begin 0000:01:00.0 exiting
        2.0 100/100 qemu release end
        3.0 100/100 qemu gone
        """);

    [Fact]
    public void Exemplars_of_a_kept_shutdown_name_the_recording_and_nothing_is_counted_again()
    {
        (MetricRegistry registry, Scraped scrape) = Scraped();
        string before = scrape.Text(Negotiation.OpenMetrics);
        registry.Name(new KeptLives(File, scrape.State.Profile.Snapshot.Recent, []));
        string after = scrape.Text(Negotiation.OpenMetrics);
        Assert.Equal(Exemplar().Replace(before, ""), Exemplar().Replace(after, ""));
        Assert.Contains(
            $"vfio_shutdown_duration_seconds_bucket{{le=\"2.0\"}} 1 # {{shutdown=\"100-1000000000\",recording=\"{File}\"}} 2", after, StringComparison.Ordinal);
        Assert.Contains(
            $"vfio_release_duration_seconds_bucket{{le=\"1.0\"}} 1 # {{device=\"0000:01:00.0\",recording=\"{File}\"}} 1", after, StringComparison.Ordinal);
        Assert.DoesNotContain("recording=", before, StringComparison.Ordinal);
    }

    /// <summary>OpenMetrics allows 128 characters for all names and values of an exemplar; the library throws if there are more.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(110)]
    public void A_long_name_displaces_the_other_label_and_fits(int length)
    {
        (MetricRegistry registry, Scraped scrape) = Scraped();
        string file = new('a', length);
        registry.Name(new KeptLives(file, scrape.State.Profile.Snapshot.Recent, []));
        string[] named = [.. Exemplar().Matches(scrape.Text(Negotiation.OpenMetrics)).Select(m => m.Groups["labels"].Value).Where(l => l.Contains("recording", StringComparison.Ordinal))];
        Assert.NotEmpty(named);
        Assert.All(named, labels =>
        {
            Assert.Contains($"recording=\"{file}\"", labels, StringComparison.Ordinal);
            Assert.InRange(labels.Replace("=\"", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal).Length, length, 128);
            Assert.Equal(length < 110, labels.Contains("shutdown=", StringComparison.Ordinal) || labels.Contains("device=", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_protobuf_format_names_it_too_with_a_later_time()
    {
        Shutdown shutdown = Scraped().Scrape.State.Profile.Snapshot.Recent[0];
        var exemplars = new Exemplars(MetricsFormat.BoundsNs);
        exemplars.Record(shutdown, ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100));
        Exemplar first = exemplars.Snapshot().Of(HistogramKey.Shutdown).OfType<Exemplar>().Single();
        exemplars.Name(new KeptLives(File, [shutdown], []), ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100));
        Exemplar named = exemplars.Snapshot().Of(HistogramKey.Shutdown).OfType<Exemplar>().Single();
        Assert.Equal((first.Ns, first.Shutdown, File), (named.Ns, named.Shutdown, named.Recording));
        Assert.True(named.At > first.At);
        Assert.Equal(File, exemplars.Snapshot().Of(HistogramKey.Release).OfType<Exemplar>().Single().Recording);
    }

    [Fact]
    public void A_recording_that_is_gone_leaves_the_metric()
    {
        (MetricRegistry registry, Scraped scrape) = Scraped();
        Scraped kept = scrape with { State = scrape.State with { KeptNewest = ExpositionTests.Everything.KeptNewest } };
        string[] lines = [.. kept.Text(Negotiation.Text).Split('\n').Where(l => l.StartsWith("vfioscope_kept_recording_", StringComparison.Ordinal))];
        Assert.Equal(
            [
                """vfioscope_kept_recording_timestamp_seconds{file="kept-20261122T090000Z-asked.vfioscope",vm="",life="",running="false"} 1795338000""",
                """vfioscope_kept_recording_timestamp_seconds{file="kept-20261122T080000Z-17.2s-gpu-a.vfioscope",vm="gpu-a",life="shutdown",running="false"} 1795334400""",
                """vfioscope_kept_recording_seconds{file="kept-20261122T080000Z-17.2s-gpu-a.vfioscope",vm="gpu-a",life="shutdown",running="false"} 17.2""",
            ],
            lines);
        Assert.Equal("", Promtool.Complaints(kept.Text(Negotiation.Text)));
        Assert.DoesNotContain("vfioscope_kept_recording_timestamp_seconds{", (scrape with { Registry = registry }).Text(Negotiation.Text), StringComparison.Ordinal);
    }

    private static (MetricRegistry Registry, Scraped Scrape) Scraped()
    {
        Scraped scrape = Capture.StateAt(6, Scrape.Limits);
        return (scrape.Registry, scrape);
    }

    [GeneratedRegex(@" # \{(?<labels>.*)\} [0-9.]+ [0-9.]+$", RegexOptions.Multiline)]
    private static partial Regex Exemplar();
}
