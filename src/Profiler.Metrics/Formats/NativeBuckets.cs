using System.Collections.Immutable;
using Profiler.Core.Histograms;

namespace Profiler.Metrics.Formats;

/// <summary>
/// Our buckets as those of a native (exponential) histogram: bucket i holds values above 2^((i-1)/8) and up to 2^(i/8)
/// seconds, which is schema 3 of Prometheus and scale 3 of OpenTelemetry, whose indices are smaller by one.
/// Each of our buckets goes as a whole to where its middle is. Theirs are 9.05 % wide and ours 5 % at most, so a value
/// from 20 ns on comes into the right one, or, if it is within 2.5 % of the bound between two, maybe into the neighbour.
/// https://github.com/prometheus/client_model/blob/v0.6.1/io/prometheus/client/metrics.proto
/// </summary>
internal static class NativeBuckets
{
    /// <summary>A factor of two is 2^3 buckets.</summary>
    public const int Schema = 3;

    /// <summary>The smallest positive number that is not zero to a native histogram, as Prometheus has it by default: 2^-128.</summary>
    public const double ZeroThreshold = 2.938735877055719e-39;

    /// <summary>The buckets that hold something, ascending.</summary>
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

    /// <summary>The bucket of a positive number of seconds.</summary>
    public static int IndexOf(double seconds) => (int)Math.Ceiling(Math.Log2(seconds) * (1 << Schema));
}
