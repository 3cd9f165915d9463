using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>One value out of a histogram, and where it came from.</summary>
/// <param name="Ns">The value, nanoseconds.</param>
/// <param name="At">When.</param>
/// <param name="Shutdown">The shutdown it was part of, "PID-STARTNS"; null if of none.</param>
/// <param name="Device">The device; null if the value is not of one.</param>
public sealed record Exemplar(long Ns, DateTimeOffset At, string? Shutdown, string? Device);

/// <summary>
/// For each histogram and bucket the newest value that fell into it. Those of releases come when their shutdown is
/// over, since only then it is known which one that was.
/// </summary>
/// <param name="boundsNs">The buckets' upper bounds, inclusive, ascending; the infinite one is added.</param>
public sealed class Exemplars(ImmutableArray<long> boundsNs)
{
    private readonly Dictionary<HistogramKey, Exemplar?[]> _rows = [];

    /// <summary>An open: it is of no shutdown.</summary>
    public void Record(Operation open, Func<long, DateTimeOffset> wallClock) => Keep(Duration.Of(open), wallClock, null);

    /// <summary>A shutdown with all there is in it. One that was not seen whole is not named: its start is unknown.</summary>
    public void Record(Shutdown shutdown, Func<long, DateTimeOffset> wallClock) => Keep(
        Duration.Of(shutdown).Concat(shutdown.Releases.SelectMany(Duration.Of)), wallClock,
        shutdown.BeganBefore || shutdown.Unfinished ? null : IdOf(shutdown));

    /// <summary>What a shutdown is called: "PID-STARTNS".</summary>
    public static string IdOf(Shutdown shutdown) => $"{shutdown.Task.Tgid}-{shutdown.Time.StartNs}";

    /// <summary>The picture of this moment.</summary>
    public ExemplarsSnapshot Snapshot() => new(_rows.ToDictionary(r => r.Key, r => r.Value.ToImmutableArray()));

    private void Keep(IEnumerable<Duration> durations, Func<long, DateTimeOffset> wallClock, string? shutdown)
    {
        foreach (Duration duration in durations)
        {
            if (!_rows.TryGetValue(duration.Key, out Exemplar?[]? row))
                _rows[duration.Key] = row = new Exemplar?[boundsNs.Length + 1];
            int bucket = boundsNs.BinarySearch(duration.Ns);
            row[bucket < 0 ? ~bucket : bucket] = new Exemplar(duration.Ns, wallClock(duration.EndNs), shutdown, duration.Device);
        }
    }
}

/// <summary>The exemplars of one moment.</summary>
public sealed class ExemplarsSnapshot(IReadOnlyDictionary<HistogramKey, ImmutableArray<Exemplar?>> rows)
{
    /// <summary>None.</summary>
    public static readonly ExemplarsSnapshot Empty = new(new Dictionary<HistogramKey, ImmutableArray<Exemplar?>>());

    /// <summary>One per bucket, in order, null where there is none; empty if the histogram has none at all.</summary>
    public ImmutableArray<Exemplar?> Of(HistogramKey key) => rows.GetValueOrDefault(key, []);
}
