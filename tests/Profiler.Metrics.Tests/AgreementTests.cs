using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>The registry counts on its own, the protobuf format tells our histograms: both say the same, whatever happened.</summary>
public sealed class AgreementTests
{
    // VMs that go away one after another; a process that comes again, or a device, does so with more to count.
    private static readonly Gen<Life[]> Lives = Gen.ArrayOf(
        from pid in Gen.Choose(100, 107)
        from devices in Gen.Choose(1, 5)
        from first in Gen.Choose(0, 12)
        from milliseconds in Gen.Choose(1, 90_000)
        select new Life(pid, devices, first, milliseconds));

    [Fact]
    public void Text_and_protobuf_tell_the_same_numbers_of_any_lives() => Prop.ForAll(
        Lives.ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), (lives, limit) =>
        {
            Scraped scrape = Happened(lives).StateAt(1000, new StatisticsLimits(limit, limit));
            AssertAgree(scrape);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void All_releases_are_those_of_single_devices_and_of_the_rest() => Prop.ForAll(
        Lives.ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), (lives, limit) =>
        {
            Dictionary<string, double> samples = Samples.OfText(
                Happened(lives).StateAt(1000, new StatisticsLimits(limit, 1024)).Text(Negotiation.Text));
            double of(string series) => samples.Where(s => s.Key.StartsWith(series, StringComparison.Ordinal)).Sum(s => s.Value);
            Assert.Equal(lives.Sum(life => life.Devices), samples["vfio_release_duration_seconds_count"]);
            Assert.Equal(samples["vfio_release_duration_seconds_count"], of("vfio_device_releases_total{"));
            Assert.Equal(samples["vfio_release_duration_seconds_sum"], of("vfio_device_release_seconds_total{"), 6);
            Assert.Equal(
                samples["vfioscope_series_folded_total{label=\"device\"}"],
                of("vfio_device_releases_total{device=\"other\"") + of("vfio_device_findings_total{finding=\"other\""));
            Assert.InRange(samples.Keys.Count(s => s.StartsWith("vfio_device_releases_total{", StringComparison.Ordinal)), 0, limit + 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void They_tell_the_same_of_all_there_is_to_tell() => AssertAgree(ExpositionTests.Busy);

    internal static void AssertAgree(Scraped scrape)
    {
        Dictionary<string, double> text = Samples.OfText(scrape.Text(Negotiation.Text)), openMetrics = Samples.OfText(scrape.Text(Negotiation.OpenMetrics));
        Dictionary<string, double> protobuf = Samples.OfProtobuf(scrape.Protobuf());
        Assert.Equal(protobuf.Keys.Order(StringComparer.Ordinal), text.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(text, openMetrics);
        foreach ((string series, double value) in text)
        {
            // The registry adds up seconds, we nanoseconds.
            if (series.Contains("_sum", StringComparison.Ordinal))
                Assert.Equal(protobuf[series], value, 6);
            else
                Assert.True(protobuf[series].Equals(value), $"{series}: {value}, in protobuf {protobuf[series]}");
        }
    }

    private static StagedCapture Happened(Life[] lives)
    {
        var events = new StringBuilder();
        double now = 1;
        foreach (Life life in lives)
        {
            now += 10;
            string who = $"{life.Pid}/{life.Pid} qemu";
            void Add(string what) => events.Append(CultureInfo.InvariantCulture, $"{now += 0.001:0.000} {who} {what}\n");

            for (int i = 0; i < life.Devices; i++)
            {
                Add($"open begin {life.Device(i)}");
                Add($"reset begin flr {life.Device(i)}");
                Add("reset end flr");
                Add("open end 20");
            }
            events.Append(CultureInfo.InvariantCulture, $"{now += 10:0.000} 50/50 virsh signal 15 to {life.Pid}/{life.Pid} qemu\n");
            Add("exits");
            for (int i = 0; i < life.Devices; i++)
            {
                Add($"release begin {life.Device(i)} lock a exiting");
                Add("wait begin lock a holder 50/51 virsh");
                now += life.Milliseconds / 2000.0;
                Add("wait end lock a");
                Add($"reset begin secondary_bus {life.Device(i)}");
                now += life.Milliseconds / 1000.0;
                Add("reset end secondary_bus");
                Add("release end");
            }
            Add("gone");
            events.Append(CultureInfo.InvariantCulture, $"{now += 0.001:0.000} 1/1 init reaped of {life.Pid}/{life.Pid} qemu\n");
        }
        return new StagedCapture(events.ToString())
        {
            VmNames = Enumerable.Range(100, 5).ToDictionary(pid => pid, pid => $"vm-{pid}"),
        };
    }

    private sealed record Life(int Pid, int Devices, int First, int Milliseconds)
    {
        public string Device(int i) => $"0000:{First + i:x2}:00.0";
    }
}
