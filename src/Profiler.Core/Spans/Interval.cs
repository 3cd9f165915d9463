namespace Profiler.Core.Spans;

/// <summary>A time interval, CLOCK_MONOTONIC nanoseconds, without its end.</summary>
public readonly record struct Interval(long StartNs, long EndNs)
{
    /// <summary>Never before the start: the events of two CPUs may be slightly out of order.</summary>
    public long EndNs { get; init; } = Math.Max(StartNs, EndNs);

    public long DurationNs => EndNs - StartNs;

    /// <summary>The time that is in both, nanoseconds.</summary>
    public long OverlapNs(Interval other) => Math.Max(0, Math.Min(EndNs, other.EndNs) - Math.Max(StartNs, other.StartNs));

    /// <summary>The time that at least one of the intervals covers, nanoseconds.</summary>
    public static long UnionNs(IEnumerable<Interval> intervals)
    {
        long covered = 0, reached = long.MinValue;
        foreach (Interval i in intervals.OrderBy(i => i.StartNs))
        {
            if (i.EndNs <= reached)
                continue;
            covered += i.EndNs - Math.Max(i.StartNs, reached);
            reached = i.EndNs;
        }
        return covered;
    }

    /// <summary>The maximum number of intervals at the same time.</summary>
    public static int PeakConcurrency(IEnumerable<Interval> intervals)
    {
        int running = 0, peak = 0;
        // At the same instant ends come first: back to back is not in parallel.
        foreach ((_, int change) in intervals
            .SelectMany(i => new[] { (Time: i.StartNs, Change: 1), (Time: i.EndNs, Change: -1) })
            .OrderBy(edge => edge.Time).ThenBy(edge => edge.Change))
            peak = Math.Max(peak, running += change);
        return peak;
    }
}
