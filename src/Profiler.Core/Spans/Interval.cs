namespace Profiler.Core.Spans;

/// <summary>A stretch of time, CLOCK_MONOTONIC nanoseconds, the end not included.</summary>
public readonly record struct Interval(long StartNs, long EndNs)
{
    /// <summary>Never before the start: what two CPUs tell may be a little out of order.</summary>
    public long EndNs { get; init; } = Math.Max(StartNs, EndNs);

    public long DurationNs => EndNs - StartNs;

    /// <summary>How much time lies in both.</summary>
    public long OverlapNs(Interval other) => Math.Max(0, Math.Min(EndNs, other.EndNs) - Math.Max(StartNs, other.StartNs));

    /// <summary>How much time at least one of the intervals covers.</summary>
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

    /// <summary>How many of the intervals run at the same time, at most.</summary>
    public static int PeakConcurrency(IEnumerable<Interval> intervals)
    {
        int running = 0, peak = 0;
        // At the same instant, ends come first: back to back is not together.
        foreach ((_, int change) in intervals
            .SelectMany(i => new[] { (Time: i.StartNs, Change: 1), (Time: i.EndNs, Change: -1) })
            .OrderBy(edge => edge.Time).ThenBy(edge => edge.Change))
            peak = Math.Max(peak, running += change);
        return peak;
    }
}
