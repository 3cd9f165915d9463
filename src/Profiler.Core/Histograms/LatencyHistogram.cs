using System.Collections.Immutable;

namespace Profiler.Core.Histograms;

/// <summary>
/// A log-linear histogram of durations: each decade is cut into 180 buckets of equal width (1.00–1.05,
/// 1.05–1.10, … 9.95–10.0), so a value is known to 5 % at worst and all bounds are round decimals, as in
/// circllhist ("Circonus Log-Linear Histogram", arXiv 2001.06561), which has 90. From 1 ns to 1000 s;
/// what is longer goes into the last bucket, and into <see cref="Sum"/> and <see cref="Max"/> as it is.
/// </summary>
public sealed class LatencyHistogram
{
    private const int PerDecade = 180;
    private const int Decades = 12; // 1 ns .. 10^12 ns
    private const int StepsPerUnit = 20; // a bucket is 1/20 of the decade's lower end

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, 19).Select(i => (long)Math.Pow(10, i))];

    private readonly long[] _buckets = new long[PerDecade * Decades];

    // Of these, the values that are exactly the bucket's lower bound: who counts "up to and including" needs them.
    private readonly long[] _atBound = new long[PerDecade * Decades];

    /// <summary>How many values.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum, nanoseconds.</summary>
    public long Sum { get; private set; }

    /// <summary>The largest of them, nanoseconds; 0 if there is none.</summary>
    public long Max { get; private set; }

    /// <summary>Adds one duration; what is below 1 ns counts as 1 ns in the buckets.</summary>
    public void Record(long ns)
    {
        int index = IndexOf(ns);
        _buckets[index]++;
        if (ns <= LowerBound(index))
            _atBound[index]++;
        Count++;
        Sum = ns < long.MaxValue - Sum ? Sum + ns : long.MaxValue;
        Max = Math.Max(Max, ns);
    }

    /// <summary>The picture of this moment.</summary>
    public HistogramSnapshot Snapshot()
    {
        var buckets = ImmutableArray.CreateBuilder<HistogramBucket>();
        for (int i = 0; i < _buckets.Length; i++)
        {
            if (_buckets[i] > 0)
                buckets.Add(new HistogramBucket(LowerBound(i), LowerBound(i + 1), _buckets[i]) { AtFrom = _atBound[i] });
        }
        return new HistogramSnapshot(buckets.ToImmutable(), Count, Sum, Max);
    }

    private static int IndexOf(long ns)
    {
        ns = Math.Max(1, ns);
        int decade = 0;
        while (decade < Decades - 1 && ns >= PowersOfTen[decade + 1])
            decade++;
        long unit = PowersOfTen[decade];
        // (ns - unit) * 20 cannot overflow below 10^12 * 20; beyond that it is the last bucket anyway.
        return ns >= PowersOfTen[Decades]
            ? PerDecade * Decades - 1
            : decade * PerDecade + (int)((ns - unit) * StepsPerUnit / unit);
    }

    // The smallest whole ns that falls into the bucket.
    private static long LowerBound(int index)
    {
        long unit = PowersOfTen[index / PerDecade];
        long steps = index % PerDecade;
        return unit + (steps * unit + StepsPerUnit - 1) / StepsPerUnit;
    }
}

/// <summary>Values of at least <paramref name="FromNs"/> and below <paramref name="BelowNs"/>.</summary>
public readonly record struct HistogramBucket(long FromNs, long BelowNs, long Count)
{
    /// <summary>Of these, the values of exactly <see cref="FromNs"/>.</summary>
    public long AtFrom { get; init; }
}

/// <summary>An immutable histogram; only buckets that hold something.</summary>
/// <param name="Buckets">In ascending order.</param>
/// <param name="Count">How many values.</param>
/// <param name="SumNs">Their sum.</param>
/// <param name="MaxNs">The largest.</param>
public sealed record HistogramSnapshot(ImmutableArray<HistogramBucket> Buckets, long Count, long SumNs, long MaxNs)
{
    /// <summary>With fewer values there are no percentiles: a 99th of three shutdowns would be the longest by another name.</summary>
    public const int MinimumSamples = 10;

    /// <summary>No values.</summary>
    public static readonly HistogramSnapshot Empty = new([], 0, 0, 0);

    /// <summary>There are enough values for <see cref="Percentile"/>.</summary>
    public bool HasPercentiles => Count >= MinimumSamples;

    /// <summary>The mean, nanoseconds, rounded down; 0 if there are no values.</summary>
    public long MeanNs => Count == 0 ? 0 : SumNs / Count;

    /// <summary>
    /// A percentile to be shown to people, nanoseconds; null if there are fewer than <see cref="MinimumSamples"/> values.
    /// </summary>
    /// <param name="q">0 to 1: 0.99 for the 99th.</param>
    public long? Percentile(double q) => HasPercentiles ? Quantile(q) : null;

    /// <summary>
    /// The duration that a fraction q (0 to 1) of the values do not exceed, to the width of a bucket:
    /// interpolated within it, and never above <see cref="MaxNs"/>. 0 if there are no values. However few they are:
    /// what people are shown is <see cref="Percentile"/>.
    /// </summary>
    public long Quantile(double q)
    {
        double rank = Math.Clamp(q, 0, 1) * Count;
        double seen = 0;
        foreach (HistogramBucket bucket in Buckets)
        {
            if (seen + bucket.Count >= rank)
            {
                double within = (rank - seen) / bucket.Count;
                return Math.Min(MaxNs, bucket.FromNs + (long)(within * (bucket.BelowNs - bucket.FromNs)));
            }
            seen += bucket.Count;
        }
        return MaxNs;
    }

    /// <summary>The values of several histograms in one.</summary>
    public static HistogramSnapshot Merge(IEnumerable<HistogramSnapshot> parts)
    {
        HistogramSnapshot[] all = [.. parts];
        ImmutableArray<HistogramBucket> buckets =
        [
            .. all.SelectMany(h => h.Buckets)
                .GroupBy(b => (b.FromNs, b.BelowNs))
                .OrderBy(g => g.Key.FromNs)
                .Select(g => new HistogramBucket(g.Key.FromNs, g.Key.BelowNs, g.Sum(b => b.Count)) { AtFrom = g.Sum(b => b.AtFrom) }),
        ];
        return new HistogramSnapshot(
            buckets, all.Sum(h => h.Count), all.Sum(h => h.SumNs), all.Select(h => h.MaxNs).DefaultIfEmpty().Max());
    }

    /// <summary>How many values are a bound or below it, what Prometheus asks; exact where it is one of a bucket's bounds.</summary>
    public long CountUpTo(long ns)
    {
        long count = 0;
        foreach (HistogramBucket bucket in Buckets)
        {
            if (bucket.BelowNs > ns)
                return bucket.FromNs == ns ? count + bucket.AtFrom : count;
            count += bucket.Count;
        }
        return count;
    }
}
