using Profiler.Metrics.Retries;

namespace Profiler.Metrics.Tests.Retries;

/// <summary>How long to wait before something that failed is tried again.</summary>
public sealed class BackoffTests
{
    private readonly Backoff _backoff = new();

    [Fact]
    public void Each_pause_is_twice_the_one_before_up_to_half_a_minute() => Assert.Equal([1, 2, 4, 8, 16, 30, 30], Seconds(7));

    [Fact]
    public void After_a_success_it_begins_anew()
    {
        Assert.Equal([1, 2, 4], Seconds(3));
        _backoff.Reset();
        Assert.Equal([1, 2], Seconds(2));
    }

    private double[] Seconds(int count) => [.. Enumerable.Range(0, count).Select(_ => _backoff.Next().TotalSeconds)];
}
