using Profiler.Core.Findings;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Findings;

/// <summary>How long shutdowns of more devices take, from those that were seen.</summary>
public sealed class StopForecastTests
{
    private const string Serial = """
        0.0 50/50   libvirtd signal 15 to 100/100 qemu
        0.1 100/100 qemu exits
        0.2 100/100 qemu release begin 0000:01:00.0 lock a1 exiting
        1.2 100/100 qemu release end
        1.2 100/100 qemu release begin 0000:02:00.0 lock a2 exiting
        3.2 100/100 qemu release end
        3.5 1/1     init reaped of 100/100 qemu
        """;

    private const string Parallel = """
        0.0 50/50   libvirtd signal 15 to 100/100 qemu
        0.1 100/100 qemu exits
        0.2 100/100 qemu release begin 0000:01:00.0 lock a1 exiting
        0.2 100/101 qemu release begin 0000:02:00.0 lock a2 exiting
        1.2 100/100 qemu release end
        1.2 100/101 qemu release end
        1.5 1/1     init reaped of 100/100 qemu
        """;

    [Fact]
    public void Each_device_adds_its_release()
    {
        StopForecast forecast = Of(Serial)!;
        Assert.Equal<long>([1_000_000_000, 2_000_000_000], forecast.EachNs);
        Assert.Equal(500_000_000, forecast.RestNs);
        Assert.Null(forecast.Percentile(0.99)); // two are too few: the slowest counts
        Assert.Equal(8_500_000_000, forecast.WallNs(4));
        Assert.Equal(TimeSpan.FromSeconds(13), forecast.Advised(4));
    }

    [Fact]
    public void Of_many_the_99th_percentile_counts()
    {
        var forecast = new StopForecast([.. Enumerable.Range(1, 200).Select(ms => ms * 1_000_000L)], RestNs: 0);
        Assert.Equal((100_000_000, 198_000_000), (forecast.Percentile(0.5), forecast.Percentile(0.99)));
        Assert.Equal(1_980_000_000, forecast.WallNs(10));
    }

    [Fact]
    public void In_parallel_each_adds_its_share() => Assert.Equal<long>([500_000_000, 500_000_000], Of(Parallel)!.EachNs);

    [Fact]
    public void Of_several_shutdowns_the_longest_rest_counts()
    {
        StopForecast forecast = StopForecast.Of([.. Played.Shutdowns(Serial), .. Played.Shutdowns(Parallel)], _ => true)!;
        Assert.Equal<long>([500_000_000, 500_000_000, 1_000_000_000, 2_000_000_000], forecast.EachNs);
        Assert.Equal(500_000_000, forecast.RestNs);
    }

    [Fact]
    public void Devices_of_one_kind_alone_count() =>
        Assert.Equal<long>([2_000_000_000], StopForecast.Of(Played.Shutdowns(Serial), bdf => bdf == "0000:02:00.0")!.EachNs);

    [Fact]
    public void What_was_not_seen_whole_tells_nothing() =>
        Assert.Null(Of(Serial[..Serial.LastIndexOf('\n')].Replace("0.1 100/100 qemu exits\n", "", StringComparison.Ordinal)));

    [Fact]
    public void Other_devices_tell_nothing() => Assert.Null(StopForecast.Of(Played.Shutdowns(Serial), _ => false));

    private static StopForecast? Of(string events) => StopForecast.Of(Played.Shutdowns(events), _ => true);
}
