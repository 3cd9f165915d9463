using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Histograms;

namespace Profiler.Core.Tests.Histograms;

public sealed class LatencyHistogramTests
{
    // From a nanosecond to twenty minutes, each decade alike.
    private static readonly Gen<long> AnyDuration =
        from decade in Gen.Choose(0, 11)
        from digits in Gen.Choose(1000, 9999)
        select (long)(digits * Math.Pow(10, decade - 3));

    private static readonly Arbitrary<long[]> Durations = AnyDuration.NonEmptyListOf().Select(l => l.ToArray()).ToArbitrary();

    [Fact]
    public void Count_sum_and_maximum_are_exact() => Prop.ForAll(Durations, values =>
    {
        HistogramSnapshot h = Of(values);
        return h.Count == values.Length && h.SumNs == values.Sum() && h.MaxNs == values.Max() && h.Buckets.Sum(b => b.Count) == h.Count;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_value_is_in_a_bucket_no_wider_than_a_twentieth_of_it() => Prop.ForAll(AnyDuration.ToArbitrary(), value =>
    {
        HistogramBucket bucket = Of(value).Buckets.Single();
        return bucket.FromNs <= Math.Max(1, value) && value < bucket.BelowNs && (bucket.BelowNs - bucket.FromNs - 1) * 20 <= Math.Max(1, value);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Buckets_ascend_and_do_not_overlap() => Prop.ForAll(Durations, values =>
    {
        HistogramSnapshot h = Of(values);
        return h.Buckets.Zip(h.Buckets.Skip(1)).All(pair => pair.First.BelowNs <= pair.Second.FromNs);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_quantile_is_within_a_bucket_of_the_true_one_and_they_ascend() => Prop.ForAll(Durations, values =>
    {
        HistogramSnapshot h = Of(values);
        long[] sorted = [.. values.Order()];
        return new[] { 0.5, 0.9, 0.99, 1.0 }.All(q =>
            {
                long exact = sorted[Math.Max(0, (int)Math.Ceiling(q * sorted.Length) - 1)];
                HistogramBucket bucket = h.Buckets.First(b => exact < b.BelowNs || b == h.Buckets[^1]);
                return h.Quantile(q) >= bucket.FromNs && h.Quantile(q) <= Math.Max(bucket.BelowNs, h.MaxNs);
            }) &&
            h.Quantile(0.5) <= h.Quantile(0.9) && h.Quantile(0.9) <= h.Quantile(0.99) && h.Quantile(0.99) <= h.MaxNs;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merged_is_as_if_all_had_been_recorded_in_one() => Prop.ForAll(Durations, Durations, (a, b) =>
    {
        HistogramSnapshot merged = HistogramSnapshot.Merge([Of(a), Of(b)]), one = Of([.. a, .. b]);
        return merged.Buckets.SequenceEqual(one.Buckets) && merged.Count == one.Count && merged.SumNs == one.SumNs && merged.MaxNs == one.MaxNs;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bounds_are_round_decimals()
    {
        HistogramBucket bucket = Of(1_031_000_000).Buckets.Single();
        Assert.Equal((1_000_000_000, 1_050_000_000), (bucket.FromNs, bucket.BelowNs));
    }

    [Fact]
    public void What_is_longer_than_the_range_is_kept_in_the_last_bucket_and_the_maximum()
    {
        HistogramSnapshot h = Of(long.MaxValue / 4);
        Assert.Equal(long.MaxValue / 4, h.MaxNs);
        Assert.Equal(1_000_000_000_000, h.Buckets.Single().BelowNs);
    }

    [Fact]
    public void Nothing_recorded_is_nothing_said()
    {
        HistogramSnapshot h = Of();
        Assert.Equal((0, 0, 0, 0), (h.Count, h.SumNs, h.MaxNs, h.Quantile(0.99)));
        Assert.Empty(h.Buckets);
    }

    private static HistogramSnapshot Of(params long[] values)
    {
        var histogram = new LatencyHistogram();
        foreach (long value in values)
            histogram.Record(value);
        return histogram.Snapshot();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public void Percentiles_are_of_ten_values_or_more(int values, bool has)
    {
        var histogram = new LatencyHistogram();
        for (int i = 0; i < values; i++)
            histogram.Record(17_200_000_000);
        HistogramSnapshot h = histogram.Snapshot();
        Assert.Equal((has, has), (h.HasPercentiles, h.Percentile(0.99) is not null));
        Assert.Equal(has ? h.Quantile(0.99) : null, h.Percentile(0.99));
        Assert.Equal(values == 0 ? 0 : 17_200_000_000, h.MeanNs);
    }
}
