using Profiler.Core.Histograms;
using Profiler.Core.Statistics;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Statistics;

public sealed class RecentDurationsTests
{
    private static readonly TimeSpan Window = RecentDurations.DefaultWindow;

    private readonly ManualTime _time = new();

    [Fact]
    public void The_longest_stays_for_the_window_and_the_last_for_ever()
    {
        RecentDurations recent = Recorded((17.2, 1), (3, 2));
        Assert.Equal((3, 17.2), Shutdown(recent));
        _time.Advance(Window);
        Assert.Equal((3, 17.2), Shutdown(recent));
        _time.Advance(Window / 5);
        Assert.Equal((3, null), Shutdown(recent));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal((3, null), Shutdown(recent));
    }

    [Fact]
    public void A_longer_one_that_leaves_makes_room_for_the_next()
    {
        RecentDurations recent = Recorded((17.2, 1));
        _time.Advance(TimeSpan.FromMinutes(4));
        Record(recent, 5, 300);
        Assert.Equal((5, 17.2), Shutdown(recent));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((5, 5.0), Shutdown(recent));
    }

    /// <summary>A process that only closed its devices is concluded seconds later than one that died after it.</summary>
    [Fact]
    public void The_last_is_the_one_that_ended_last() => Assert.Equal((3, 17.2), Shutdown(Recorded((3, 20), (17.2, 18))));

    [Fact]
    public void Whatever_the_scrape_interval_below_the_window_none_is_missed()
    {
        for (int seconds = 1; seconds <= 300; seconds += 7)
        {
            var time = new ManualTime();
            var recent = new RecentDurations(time, Window);
            time.Advance(TimeSpan.FromSeconds(seconds * 13 % 300));
            Record(recent, 17.2, 1);
            time.Advance(TimeSpan.FromSeconds(seconds));
            Record(recent, 1, 2);
            Assert.Equal((1, 17.2), Shutdown(recent));
        }
    }

    [Fact]
    public void Without_an_end_of_the_window_all_count()
    {
        var recent = new RecentDurations(_time, TimeSpan.MaxValue);
        Record(recent, 17.2, 1);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((17.2, 17.2), Shutdown(recent));
    }

    private RecentDurations Recorded(params (double Seconds, double End)[] durations)
    {
        var recent = new RecentDurations(_time, Window);
        foreach ((double seconds, double end) in durations)
            Record(recent, seconds, end);
        return recent;
    }

    private static void Record(RecentDurations recent, double seconds, double end) =>
        recent.Record(new Duration(HistogramKey.Shutdown, (long)(seconds * 1e9), (long)(end * 1e9), null));

    private static (double Last, double? Longest) Shutdown(RecentDurations recent)
    {
        RecentDuration of = recent.Snapshot()[HistogramKey.Shutdown];
        return (of.LastNs / 1e9, of.LongestNs / 1e9);
    }
}
