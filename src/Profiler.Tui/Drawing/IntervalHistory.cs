using Profiler.Core;
using Profiler.Core.Histograms;

namespace Profiler.Tui.Drawing;

/// <summary>The histograms with a history.</summary>
internal enum Series
{
    LockWait,
    Reset,
    Release,
    Open,
}

/// <summary>
/// New histogram values in each second of the source's time. Each tick adds the difference to the previous
/// snapshot. Bounded; the oldest columns are evicted.
/// </summary>
internal sealed class IntervalHistory
{
    /// <summary>Length of one column, nanoseconds.</summary>
    public const long IntervalNs = 1_000_000_000;

    /// <summary>Maximum number of columns.</summary>
    public const int Columns = 600;

    private static readonly int SeriesCount = Enum.GetValues<Series>().Length;

    // Ring buffer, indexed by column, series and bucket.
    private readonly ushort[] _counts = new ushort[Columns * SeriesCount * Buckets.Count];
    private readonly HistogramSnapshot?[] _before = new HistogramSnapshot?[SeriesCount];
    private long _newest = -1;
    private long _oldest;

    /// <summary>Adds the new values of a snapshot to the second of the given time.</summary>
    public void Observe(Snapshot snapshot, long nowNs)
    {
        Advance(nowNs / IntervalNs);
        HistogramSet h = snapshot.Histograms;
        Take(Series.LockWait, h.LockWait);
        Take(Series.Reset, h.Reset.Count == 1 ? h.Reset.Values.First() : HistogramSnapshot.Merge(h.Reset.Values));
        Take(Series.Release, h.Release);
        Take(Series.Open, h.Open);
    }

    /// <summary>Clears the history: the source starts again.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Array.Clear(_before);
        _newest = -1;
    }

    /// <summary>Number of new values in one second.</summary>
    /// <param name="series">Series.</param>
    /// <param name="bucket">See <see cref="Buckets"/>.</param>
    /// <param name="ago">0 is the newest second.</param>
    public int Count(Series series, int bucket, int ago) =>
        ago >= Columns || _newest - ago < _oldest ? 0 : _counts[Index(_newest - ago, series, bucket)];

    private void Advance(long second)
    {
        if (_newest < 0 || second < _newest || second - _newest >= Columns)
        {
            Array.Clear(_counts);
            (_newest, _oldest) = (second, Math.Max(0, second - Columns + 1));
        }
        while (_newest < second)
        {
            _newest++;
            Array.Clear(_counts, Index(_newest, 0, 0), SeriesCount * Buckets.Count);
        }
    }

    private void Take(Series series, HistogramSnapshot now)
    {
        HistogramSnapshot? before = _before[(int)series];
        _before[(int)series] = now;
        // A lower count means that the counts were reset. Values from before the first snapshot have no known second.
        if (before is null || now.Count <= before.Count)
            return;
        for (int bucket = 0; bucket < Buckets.Count; bucket++)
        {
            long more = Buckets.In(now, bucket) - Buckets.In(before, bucket);
            ref ushort cell = ref _counts[Index(_newest, series, bucket)];
            cell = (ushort)Math.Min(ushort.MaxValue, cell + Math.Max(0, more));
        }
    }

    private static int Index(long second, Series series, int bucket) =>
        (int)(((second % Columns * SeriesCount) + (int)series) * Buckets.Count + bucket);
}
