namespace Profiler.Core.Spans;

/// <summary>A time interval, CLOCK_MONOTONIC nanoseconds, without its end.</summary>
public readonly record struct Interval(long StartNs, long EndNs)
{
    /// <summary>Never before the start: the events of two CPUs may be slightly out of order.</summary>
    public long EndNs { get; init; } = Math.Max(StartNs, EndNs);

    public long DurationNs => EndNs - StartNs;

    /// <summary>The time that is in both, nanoseconds.</summary>
    public long OverlapNs(Interval other) => Math.Max(0, Math.Min(EndNs, other.EndNs) - Math.Max(StartNs, other.StartNs));

    /// <summary>The time that at least one of the spans covers, nanoseconds.</summary>
    /// <param name="spans">In any order.</param>
    /// <param name="time">The time of a span.</param>
    public static long UnionNs<T>(ReadOnlySpan<T> spans, Func<T, Interval> time)
    {
        using var intervals = new Scratch<Interval>();
        foreach (T span in spans)
            intervals.Add(time(span));
        StableSort.By(intervals.Items, static i => i.StartNs);
        long covered = 0, reached = long.MinValue;
        foreach (Interval i in intervals.Items)
        {
            if (i.EndNs <= reached)
                continue;
            covered += i.EndNs - Math.Max(i.StartNs, reached);
            reached = i.EndNs;
        }
        return covered;
    }

    /// <summary>The maximum number of spans at the same time.</summary>
    /// <inheritdoc cref="UnionNs"/>
    public static int PeakConcurrency<T>(ReadOnlySpan<T> spans, Func<T, Interval> time)
    {
        // Twice the time, and one more for a begin: at the same instant ends come first, as back to back is not in parallel.
        using var edges = new Scratch<long>();
        foreach (T span in spans)
        {
            Interval interval = time(span);
            edges.Add(2 * interval.StartNs + 1);
            edges.Add(2 * interval.EndNs);
        }
        edges.Items.Sort();
        int running = 0, peak = 0;
        foreach (long edge in edges.Items)
            peak = Math.Max(peak, running += (edge & 1) != 0 ? 1 : -1);
        return peak;
    }
}
