using System.Collections.Immutable;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>One value out of a histogram, and where it came from.</summary>
/// <param name="Ns">The value, nanoseconds.</param>
/// <param name="At">When.</param>
/// <param name="Shutdown">The shutdown it was part of, "PID-STARTNS"; null if of none.</param>
/// <param name="Device">The device; null if the value is not of one.</param>
public sealed record Exemplar(long Ns, DateTimeOffset At, string? Shutdown, string? Device);

/// <summary>Which histogram of <see cref="HistogramSet"/>.</summary>
public enum HistogramKind
{
    Release,
    Open,
    LockWait,
    Reset,
    Shutdown,
    Phase,
}

/// <summary>
/// For each histogram and bucket the newest value that fell into it. Those of releases come when their shutdown is
/// over, since only then it is known which one that was.
/// </summary>
/// <param name="boundsNs">The buckets' upper bounds, inclusive, ascending; the infinite one is added.</param>
public sealed class Exemplars(ImmutableArray<long> boundsNs)
{
    private readonly Dictionary<(HistogramKind Kind, int Part), Exemplar?[]> _rows = [];

    /// <summary>An open: it is of no shutdown.</summary>
    public void Record(Operation open, Func<long, DateTimeOffset> wallClock)
    {
        Keep(HistogramKind.Open, 0, open.Time, wallClock, null, open.Device);
        Inside(open, wallClock, null);
    }

    /// <summary>A shutdown with all there is in it.</summary>
    public void Record(Shutdown shutdown, ShutdownPhases phases, Func<long, DateTimeOffset> wallClock)
    {
        string id = $"{shutdown.Task.Tgid}-{shutdown.Time.StartNs}";
        Keep(HistogramKind.Shutdown, 0, shutdown.Time, wallClock, id, null);
        foreach (Phase phase in Enum.GetValues<Phase>().Where(p => phases[p] > 0))
            Keep(HistogramKind.Phase, (int)phase, phases[phase], wallClock(shutdown.Time.EndNs), id, null);
        foreach (Operation release in shutdown.Releases)
        {
            Keep(HistogramKind.Release, 0, release.Time, wallClock, id, release.Device);
            Inside(release, wallClock, id);
        }
    }

    /// <summary>The picture of this moment.</summary>
    public ExemplarsSnapshot Snapshot() => new(_rows.ToDictionary(r => r.Key, r => r.Value.ToImmutableArray()));

    private void Inside(Operation operation, Func<long, DateTimeOffset> wallClock, string? shutdown)
    {
        foreach (LockWait wait in operation.LockWaits)
            Keep(HistogramKind.LockWait, 0, wait.Time, wallClock, shutdown, operation.Device);
        foreach (Reset reset in operation.Resets)
            Keep(HistogramKind.Reset, (int)reset.Method, reset.Time, wallClock, shutdown, reset.Device);
    }

    private void Keep(
        HistogramKind kind, int part, Interval time, Func<long, DateTimeOffset> wallClock, string? shutdown, string? device) =>
        Keep(kind, part, time.DurationNs, wallClock(time.EndNs), shutdown, device);

    private void Keep(HistogramKind kind, int part, long ns, DateTimeOffset at, string? shutdown, string? device)
    {
        if (!_rows.TryGetValue((kind, part), out Exemplar?[]? row))
            _rows[(kind, part)] = row = new Exemplar?[boundsNs.Length + 1];
        int bucket = boundsNs.BinarySearch(ns);
        row[bucket < 0 ? ~bucket : bucket] = new Exemplar(ns, at, shutdown, device);
    }
}

/// <summary>The exemplars of one moment.</summary>
public sealed class ExemplarsSnapshot(IReadOnlyDictionary<(HistogramKind Kind, int Part), ImmutableArray<Exemplar?>> rows)
{
    /// <summary>None.</summary>
    public static readonly ExemplarsSnapshot Empty = new(new Dictionary<(HistogramKind, int), ImmutableArray<Exemplar?>>());

    /// <summary>One per bucket, in order, null where there is none; empty if the histogram has none at all.</summary>
    /// <param name="kind">Which histogram.</param>
    /// <param name="part">Of several of that kind: the number of the reset method or the phase.</param>
    public ImmutableArray<Exemplar?> Of(HistogramKind kind, int part = 0) => rows.GetValueOrDefault((kind, part), []);
}
