using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>One value of a histogram, and where it comes from.</summary>
/// <param name="Ns">The value, nanoseconds.</param>
/// <param name="At">When.</param>
/// <param name="Shutdown">Its shutdown, "PID-STARTNS"; null if it has none.</param>
/// <param name="Device">Its device; null if it is not about one device.</param>
/// <param name="Recording">The file that the flight recorder kept of it; null if there is none.</param>
public sealed record Exemplar(long Ns, DateTimeOffset At, string? Shutdown, string? Device, string? Recording = null);

/// <summary>
/// The newest value of each bucket of each histogram. Values of releases are added when their shutdown is over and known.
/// </summary>
/// <param name="boundsNs">Upper bounds of the buckets, inclusive, ascending; an infinite one is added.</param>
public sealed class Exemplars(ImmutableArray<long> boundsNs)
{
    // A server that has an exemplar without the recording takes one with it only if it is newer.
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(1);

    private readonly Row?[] _rows = new Row?[HistogramKey.Count];

    /// <summary>Adds an open; it belongs to no shutdown.</summary>
    public void Record(Operation open, Func<long, DateTimeOffset> wallClock) => Keep(open, wallClock, null);

    /// <summary>Adds a shutdown with its releases. One that was not seen from begin to end is not named: its start is unknown.</summary>
    public void Record(Shutdown shutdown, Func<long, DateTimeOffset> wallClock) => Record(shutdown, wallClock, null);

    /// <summary>Adds a start; its opens were added as they ended.</summary>
    public void Record(Start start, Func<long, DateTimeOffset> wallClock)
    {
        foreach (Duration duration in Duration.Of(start))
            Keep(duration, wallClock, null);
    }

    /// <summary>Adds shutdowns and starts once more, now that a recording of them was kept.</summary>
    public void Name(KeptLives kept, Func<long, DateTimeOffset> wallClock)
    {
        foreach (Shutdown shutdown in kept.Shutdowns)
            Record(shutdown, ns => wallClock(ns) + Later, kept.File);
        foreach (Start start in kept.Starts)
        {
            foreach (Duration duration in Duration.Of(start))
                Keep(duration, ns => wallClock(ns) + Later, null, kept.File);
            foreach (Operation open in start.Opens)
                Keep(open, ns => wallClock(ns) + Later, null, kept.File);
        }
    }

    /// <summary>The id of a shutdown: "PID-STARTNS".</summary>
    public static string IdOf(Shutdown shutdown) => $"{shutdown.Task.Tgid}-{shutdown.Time.StartNs}";

    /// <summary>The exemplars at this moment.</summary>
    public ExemplarsSnapshot Snapshot() => new(_rows.OfType<Row>().ToDictionary(r => r.Key, r => r.Buckets.Select(Told).ToImmutableArray()));

    private void Record(Shutdown shutdown, Func<long, DateTimeOffset> wallClock, string? recording)
    {
        string? id = shutdown.IsWhole ? IdOf(shutdown) : null;
        foreach (Duration duration in Duration.Of(shutdown))
            Keep(duration, wallClock, id, recording);
        foreach (Operation release in shutdown.Releases)
            Keep(release, wallClock, id, recording);
    }

    private void Keep(Operation operation, Func<long, DateTimeOffset> wallClock, string? shutdown, string? recording = null)
    {
        foreach (Duration duration in Duration.Of(operation))
            Keep(duration, wallClock, shutdown, recording);
    }

    private void Keep(Duration duration, Func<long, DateTimeOffset> wallClock, string? shutdown, string? recording = null)
    {
        Row row = _rows[duration.Key.Index] ??= new Row(duration.Key, new Newest?[boundsNs.Length + 1]);
        int bucket = boundsNs.AsSpan().BinarySearch(duration.Ns);
        row.Buckets[bucket < 0 ? ~bucket : bucket] = new Newest(duration.Ns, wallClock(duration.EndNs), shutdown, duration.Device, recording);
    }

    private static Exemplar? Told(Newest? newest) =>
        newest is { } value ? new Exemplar(value.Ns, value.At, value.Shutdown, value.Device, value.Recording) : null;

    private sealed record Row(HistogramKey Key, Newest?[] Buckets);

    /// <summary>An <see cref="Exemplar"/> in place.</summary>
    private readonly record struct Newest(long Ns, DateTimeOffset At, string? Shutdown, string? Device, string? Recording);
}

/// <summary>The exemplars of one moment.</summary>
public sealed class ExemplarsSnapshot(IReadOnlyDictionary<HistogramKey, ImmutableArray<Exemplar?>> rows)
{
    /// <summary>None.</summary>
    public static readonly ExemplarsSnapshot Empty = new(new Dictionary<HistogramKey, ImmutableArray<Exemplar?>>());

    /// <summary>One per bucket, in order, null if it has none; empty if the histogram has none.</summary>
    public ImmutableArray<Exemplar?> Of(HistogramKey key) => rows.GetValueOrDefault(key, []);
}
