using Profiler.Core;
using Profiler.Core.Histograms;

namespace Profiler.Tui.Drawing;

/// <summary>The histograms that have a past.</summary>
internal enum Series
{
    LockWait,
    Reset,
    Release,
    Open,
}

/// <summary>
/// What came into the histograms in each second of the source's time: fed once per tick with a snapshot, keeps the
/// difference to the one before. A bounded past.
/// </summary>
internal sealed class IntervalHistory
{
    /// <summary>How long one column is.</summary>
    public const long IntervalNs = 1_000_000_000;

    /// <summary>How many columns are kept.</summary>
    public const int Columns = 600;

    private static readonly int SeriesCount = Enum.GetValues<Series>().Length;

    // By column, series and bucket; a ring.
    private readonly ushort[] _counts = new ushort[Columns * SeriesCount * Buckets.Count];
    private readonly HistogramSnapshot?[] _before = new HistogramSnapshot?[SeriesCount];
    private long _newest = -1;
    private long _oldest;

    /// <summary>Takes what is new in a snapshot; it belongs to the second that the time is in.</summary>
    public void Observe(Snapshot snapshot, long nowNs)
    {
        Advance(nowNs / IntervalNs);
        HistogramSet h = snapshot.Histograms;
        Take(Series.LockWait, h.LockWait);
        Take(Series.Reset, h.Reset.Count == 1 ? h.Reset.Values.First() : HistogramSnapshot.Merge(h.Reset.Values));
        Take(Series.Release, h.Release);
        Take(Series.Open, h.Open);
    }

    /// <summary>Everything is forgotten: the source begins anew.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Array.Clear(_before);
        _newest = -1;
    }

    /// <summary>How many came.</summary>
    /// <param name="series">Of what.</param>
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
        // Fewer than before: the counts were reset meanwhile. What was there when we came has no second of its own.
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
