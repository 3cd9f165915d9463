using Profiler.Core.Histograms;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics.Tests;

public sealed class NativeBucketsTests
{
    [Theory]
    [InlineData(1.0, 0)] // an upper bound belongs to its bucket
    [InlineData(1.0000001, 1)]
    [InlineData(2.0, 8)]
    [InlineData(0.5, -8)]
    public void Bounds_are_powers_of_the_eighth_root_of_two(double seconds, int index) =>
        Assert.Equal(index, NativeBuckets.IndexOf(seconds));

    [Fact]
    public void A_value_is_in_its_bucket_or_within_two_and_a_half_percent_of_it()
    {
        for (double seconds = 2e-8; seconds < 900; seconds *= 1.0007)
        {
            long ns = (long)(seconds * 1e9);
            var histogram = new LatencyHistogram();
            histogram.Record(ns);
            (int index, long count) = Assert.Single(NativeBuckets.Of(histogram.Snapshot()));
            double below = Math.Pow(2, (index - 1) / 8.0) / 1.0255, above = Math.Pow(2, index / 8.0) * 1.0255;
            Assert.Equal(1, count);
            Assert.InRange(ns / 1e9, below, above);
        }
    }
}
