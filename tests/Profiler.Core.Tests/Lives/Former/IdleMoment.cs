using Profiler.Core.Spans;

namespace Profiler.Core.Tests.Lives.Former;

/// <summary>A time in which a process does nothing with its devices: only then a shutdown can be over.</summary>
/// <param name="FromNs">CLOCK_MONOTONIC; <see cref="long.MinValue"/> before its first activity.</param>
/// <param name="ToNs">When its next activity begins.</param>
/// <param name="BeforeOpen">That activity is an open: the process lives on.</param>
internal readonly record struct IdleMoment(long FromNs, long ToNs, bool BeforeOpen)
{
    /// <summary>All idle times up to a time.</summary>
    /// <param name="spans">What the process did, and whether it was an open.</param>
    /// <param name="untilNs">Activities that began later do not count.</param>
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
