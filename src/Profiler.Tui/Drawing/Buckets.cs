using Profiler.Core.Histograms;

namespace Profiler.Tui.Drawing;

/// <summary>
/// The displayed buckets: three per decade, 1–2, 2–5 and 5–10. Their bounds are also bounds of the histogram buckets,
/// so no histogram bucket is split. The first starts at 1 µs and includes shorter values; the last has values from 1000 s.
/// </summary>
internal static class Buckets
{
    private const int Decades = 9;

    private static readonly long[] From =
    [
        .. Enumerable.Range(0, Decades).SelectMany(d => new[] { 1L, 2, 5 }.Select(s => s * (long)Math.Pow(10, d + 3))),
    ];

    private static readonly string[] Names = [.. From.Select(Name)];

    public const int Count = 3 * Decades;

    /// <summary>Lower bound of a bucket: "1 s", "500 ms".</summary>
    public static string NameOf(int bucket) => Names[bucket];

    /// <summary>The bucket of a duration.</summary>
    public static int Of(long ns)
    {
        int at = Array.BinarySearch(From, ns);
        return Math.Max(0, at >= 0 ? at : ~at - 1);
    }

    /// <summary>Number of histogram values in a bucket.</summary>
    public static long In(HistogramSnapshot h, int bucket)
    {
        long from = bucket == 0 ? 0 : From[bucket], below = bucket == Count - 1 ? long.MaxValue : From[bucket + 1], count = 0;
        foreach (HistogramBucket fine in h.Buckets)
        {
            if (fine.FromNs >= from && fine.FromNs < below)
                count += fine.Count;
        }
        return count;
    }

    /// <summary>Buckets of the smallest and the largest value; both 0 for an empty histogram.</summary>
    public static (int First, int Last) Range(HistogramSnapshot h) =>
        h.Buckets.IsEmpty ? (0, 0) : (Of(h.Buckets[0].FromNs), Of(h.Buckets[^1].FromNs));

    private static string Name(long ns) => ns switch
    {
        < 1_000_000 => $"{ns / 1_000} µs",
        < 1_000_000_000 => $"{ns / 1_000_000} ms",
        _ => $"{ns / 1_000_000_000} s",
    };
}
