using Profiler.Core.Statistics;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Statistics;

public sealed class BoundedSeriesTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public void Who_comes_when_there_is_no_room_shares_and_is_counted()
    {
        BoundedSeries<string, Box> series = Filled("a", "b", "c", "d", "a");
        Assert.Equal([("a", 2), ("b", 1), ("other", 2)], Contents(series));
        Assert.Equal(2, series.Folded);
        Assert.Equal("a", series.Admit("a"));
        Assert.Equal("other", series.Admit("e"));
    }

    [Fact]
    public void Who_is_called_like_the_shared_one_is_in_it()
    {
        BoundedSeries<string, Box> series = Filled("other", "a", "b", "c");
        Assert.Equal([("a", 1), ("b", 1), ("other", 2)], Contents(series));
        Assert.Equal(1, series.Folded);
    }

    [Fact]
    public void Who_has_not_been_seen_for_an_hour_makes_room()
    {
        BoundedSeries<string, Box> series = Filled("a", "b");
        _clock.Advance(TimeSpan.FromMinutes(40));
        series["b"].Value++;
        _clock.Advance(TimeSpan.FromMinutes(21));
        series["c"].Value++;
        Assert.Equal([("b", 2), ("c", 1)], Contents(series));
        Assert.Equal(0, series.Folded);
    }

    [Fact]
    public void However_many_come_it_stays_bounded()
    {
        BoundedSeries<string, Box> series = Filled([.. Enumerable.Range(0, 10_000).Select(i => $"{i}")]);
        Assert.Equal(3, Contents(series).Length);
        Assert.Equal(9_998, series.Folded);
    }

    private BoundedSeries<string, Box> Filled(params string[] keys)
    {
        var series = new BoundedSeries<string, Box>(2, "other", _clock);
        foreach (string key in keys)
            series[key].Value++;
        return series;
    }

    private static (string, int)[] Contents(BoundedSeries<string, Box> series) =>
        [.. series.All().Select(s => (s.Key, s.Value.Value)).Order()];

    private sealed class Box
    {
        public int Value { get; set; }
    }
}
