using System.Collections.Immutable;

namespace Profiler.Core.Histograms;

/// <summary>
/// A log-linear histogram of durations: each decade has 180 buckets of equal width (1.00–1.05, 1.05–1.10, … 9.95–10.0), so the
/// error is at most 5 % and all bounds are round decimals, as in circllhist ("Circonus Log-Linear Histogram", arXiv 2001.06561),
/// which has 90. From 1 ns to 1000 s; longer values are in the last bucket, and exact in <see cref="Sum"/> and <see cref="Max"/>.
/// </summary>
public sealed class LatencyHistogram
{
    private const int PerDecade = 180;
    private const int Decades = 12; // 1 ns .. 10^12 ns
    private const int StepsPerUnit = 20; // a bucket is 1/20 of the decade's lower end

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, 19).Select(i => (long)Math.Pow(10, i))];

    // The smallest whole ns of each bucket, and of the one after the last.
    private static readonly long[] LowerBounds = [.. Enumerable.Range(0, PerDecade * Decades + 1).Select(LowerBound)];

    private readonly long[] _buckets = new long[PerDecade * Decades];

    // Values that are exactly the bucket's lower bound: needed to count "up to and including" a bound.
    private readonly long[] _atBound = new long[PerDecade * Decades];

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum, nanoseconds.</summary>
    public long Sum { get; private set; }

    /// <summary>The largest value, nanoseconds; 0 if there is none.</summary>
    public long Max { get; private set; }

    /// <summary>Adds one duration, nanoseconds; values below 1 are in the bucket of 1.</summary>
    public void Record(long ns)
    {
        int index = IndexOf(ns);
        _buckets[index]++;
        if (ns <= LowerBounds[index])
            _atBound[index]++;
        Count++;
        Sum = ns < long.MaxValue - Sum ? Sum + ns : long.MaxValue;
        Max = Math.Max(Max, ns);
    }

    /// <summary>The histogram at this moment.</summary>
    public HistogramSnapshot Snapshot()
    {
        var buckets = ImmutableArray.CreateBuilder<HistogramBucket>();
        for (int i = 0; i < _buckets.Length; i++)
        {
            if (_buckets[i] > 0)
                buckets.Add(new HistogramBucket(LowerBounds[i], LowerBounds[i + 1], _buckets[i]) { AtFrom = _atBound[i] });
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
    /// <summary>Number of values that are exactly <see cref="FromNs"/>.</summary>
    public long AtFrom { get; init; }
}

/// <summary>An immutable histogram.</summary>
/// <param name="Buckets">Buckets that are not empty, in ascending order.</param>
/// <param name="Count">Number of values.</param>
/// <param name="SumNs">Their sum, nanoseconds.</param>
/// <param name="MaxNs">The largest value, nanoseconds; 0 if there is none.</param>
public sealed record HistogramSnapshot(ImmutableArray<HistogramBucket> Buckets, long Count, long SumNs, long MaxNs)
{
    /// <summary>With fewer values there are no percentiles: the 99th of three values would just be the longest.</summary>
    public const int MinimumSamples = 10;

    /// <summary>No values.</summary>
    public static readonly HistogramSnapshot Empty = new([], 0, 0, 0);

    /// <summary>There are enough values for <see cref="Percentile"/>.</summary>
    public bool HasPercentiles => Count >= MinimumSamples;

    /// <summary>The mean, nanoseconds, rounded down; 0 if there are no values.</summary>
    public long MeanNs => Count == 0 ? 0 : SumNs / Count;

    /// <summary>
    /// A percentile for people, nanoseconds; null if there are fewer than <see cref="MinimumSamples"/> values.
    /// </summary>
    /// <param name="q">0 to 1; 0.99 for the 99th.</param>
    public long? Percentile(double q) => HasPercentiles ? Quantile(q) : null;

    /// <summary>
    /// The q-quantile (0 to 1), nanoseconds: interpolated within a bucket, and at most <see cref="MaxNs"/>; 0 if there are no values.
    /// For people use <see cref="Percentile"/>.
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

    /// <summary>Merges several histograms.</summary>
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

    /// <summary>Number of values up to and including a bound, as Prometheus counts; exact if it is a bound of a bucket.</summary>
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
