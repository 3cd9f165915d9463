using System.Collections.Immutable;
using Profiler.Core.Histograms;

namespace Profiler.Metrics.Formats;

/// <summary>
/// Converts internal buckets to native (exponential) histogram buckets. Bucket i holds values above 2^((i-1)/8) and up to
/// 2^(i/8) seconds: schema 3 of Prometheus and scale 3 of OpenTelemetry, whose indices are smaller by one. Each internal bucket
/// maps as a whole to the native bucket of its midpoint. Native buckets are 9.05 % wide, internal buckets at most 5 %. So a
/// value from 20 ns on goes to the right bucket, or to a neighbour if it is within 2.5 % of their common bound.
/// https://github.com/prometheus/client_model/blob/v0.6.1/io/prometheus/client/metrics.proto
/// </summary>
internal static class NativeBuckets
{
    /// <summary>Each factor of two has 2^3 buckets.</summary>
    public const int Schema = 3;

    /// <summary>Smaller positive values count as zero in a native histogram: 2^-128, the default of Prometheus.</summary>
    public const double ZeroThreshold = 2.938735877055719e-39;

    /// <summary>The non-empty buckets, ascending.</summary>
    public static ImmutableArray<(int Index, long Count)> Of(HistogramSnapshot values)
    {
        var buckets = ImmutableArray.CreateBuilder<(int Index, long Count)>();
        foreach (HistogramBucket bucket in values.Buckets)
        {
            int index = IndexOf((bucket.FromNs + bucket.BelowNs) / 2e9);
            if (buckets.Count > 0 && buckets[^1].Index == index)
                buckets[^1] = (index, buckets[^1].Count + bucket.Count);
            else
                buckets.Add((index, bucket.Count));
        }
        return buckets.ToImmutable();
    }

    /// <summary>The bucket index of a positive number of seconds.</summary>
    public static int IndexOf(double seconds) => (int)Math.Ceiling(Math.Log2(seconds) * (1 << Schema));
}
