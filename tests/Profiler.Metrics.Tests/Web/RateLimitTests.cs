using Profiler.Metrics.Web;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Web;

public sealed class RateLimitTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public void A_burst_and_then_one_at_a_time()
    {
        var limit = new RateLimit(_clock);
        var config = new RateLimitConfig(TimeSpan.FromSeconds(1), 3);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => limit.Allows(config)));
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => limit.Allows(config)));
        _clock.Advance(TimeSpan.FromHours(1)); // no more than the burst is saved up
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => limit.Allows(config)));
    }

    [Fact]
    public void Without_a_limit_all_are_allowed()
    {
        var limit = new RateLimit(_clock);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(limit.Allows(null)));
    }
}
