using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>A time in which a process does nothing with its devices: only then can be said that something is over.</summary>
/// <param name="FromNs">CLOCK_MONOTONIC; <see cref="long.MinValue"/> before the first thing it does.</param>
/// <param name="ToNs">When it does the next thing.</param>
/// <param name="BeforeOpen">That is to open a device: it goes on.</param>
internal readonly record struct IdleMoment(long FromNs, long ToNs, bool BeforeOpen)
{
    /// <summary>All up to some time.</summary>
    /// <param name="spans">What the process did; of each whether it is an open.</param>
    /// <param name="untilNs">What began later does not count.</param>
    public static IEnumerable<IdleMoment> Of(IEnumerable<(Interval Time, bool IsOpen)> spans, long untilNs)
    {
        long reachedNs = long.MinValue;
        foreach ((Interval time, bool isOpen) in spans.Where(s => s.Time.StartNs < untilNs).OrderBy(s => s.Time.StartNs))
        {
            if (time.StartNs > reachedNs || (isOpen && time.StartNs == reachedNs))
                yield return new IdleMoment(reachedNs, time.StartNs, isOpen);
            reachedNs = Math.Max(reachedNs, time.EndNs);
        }
        if (untilNs > reachedNs)
            yield return new IdleMoment(reachedNs, untilNs, false);
    }
}
