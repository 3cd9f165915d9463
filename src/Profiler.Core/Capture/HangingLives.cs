using System.Collections.Immutable;
using Profiler.Core.Lives;

namespace Profiler.Core.Capture;

/// <summary>
/// Shutdowns and starts that have been in progress for longer than they should, each told once. Times are those of the events.
/// </summary>
/// <param name="after">One that has been in progress for longer is hanging.</param>
internal sealed class HangingLives(TimeSpan after)
{
    /// <summary>What could not be kept is tried again after this time: a disk may be full for long.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly long _afterNs = (long)after.TotalNanoseconds;
    private readonly Dictionary<(KeptKind Kind, int Tgid), Seen> _seen = [];
    private long _nowNs;

    /// <summary>Those that are hanging now and were not before.</summary>
    /// <param name="state">The present state; to be called regularly.</param>
    public ImmutableArray<LifeToKeep> Look(Snapshot state)
    {
        _nowNs = state.NowNs;
        var found = ImmutableArray.CreateBuilder<LifeToKeep>();
        foreach (ShutdownInFlight shutdown in state.ShutdownsInFlight)
        {
            if (IsUnderWay(shutdown))
                Look(new LifeToKeep(shutdown.SoFar) with { Running = true }, found);
        }
        foreach (Start start in state.StartsInFlight)
        {
            if (IsUnderWay(start))
                Look(new LifeToKeep(start), found);
        }
        foreach (((KeptKind, int) key, Seen seen) in _seen)
        {
            if (seen.LatestNs != _nowNs)
                _seen.Remove(key);
        }
        return found.DrainToImmutable();
    }

    /// <summary>They could not be kept: those that still hang are told again later.</summary>
    public void Retry(IEnumerable<LifeToKeep> lives)
    {
        foreach (LifeToKeep life in lives)
        {
            if (_seen.TryGetValue((life.Kind, life.Task.Tgid), out Seen? seen))
                seen.DueNs = _nowNs + (long)RetryAfter.TotalNanoseconds;
        }
    }

    private void Look(LifeToKeep life, ImmutableArray<LifeToKeep>.Builder found)
    {
        // What began after the last look is another life: of a process that got the same number, or one that closes devices again.
        if (!_seen.TryGetValue((life.Kind, life.Task.Tgid), out Seen? seen) || life.Time.StartNs > seen.LatestNs)
            _seen[(life.Kind, life.Task.Tgid)] = seen = new Seen { DueNs = life.Time.StartNs + _afterNs };
        seen.LatestNs = _nowNs;
        if (life.Time.DurationNs <= _afterNs || _nowNs < seen.DueNs)
            return;
        seen.DueNs = long.MaxValue;
        found.Add(life);
    }

    // A process that only got a signal may go on: of that there may be no shutdown in the recording.
    private static bool IsUnderWay(ShutdownInFlight shutdown) =>
        !shutdown.SoFar.Releases.IsEmpty || !shutdown.SoFar.UnderWay.IsEmpty || shutdown.SoFar.ExitsNs is not null || shutdown.SoFar.Gone;

    // Without a virtual machine and with nothing in progress it is over, if nothing more comes within a few seconds.
    private static bool IsUnderWay(Start start) =>
        start.Kind == StartKind.Vm || !start.UnderWay.IsEmpty || !start.PartsUnderWay.IsEmpty;

    private sealed class Seen
    {
        /// <summary>The last look at which it was in progress, CLOCK_MONOTONIC.</summary>
        public long LatestNs { get; set; }

        /// <summary>It is told from then on, CLOCK_MONOTONIC; <see cref="long.MaxValue"/> if it has been told.</summary>
        public long DueNs { get; set; }
    }
}
