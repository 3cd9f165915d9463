using System.Collections.Immutable;
using Profiler.Core.Wire;

namespace Profiler.Core.Capture;

/// <summary>How many events had been lost at which time, so that a recording of the last minutes has the losses of these minutes.</summary>
internal sealed class LossHistory
{
    private readonly List<(long Ns, ImmutableArray<long> Lost)> _changes = [];

    /// <summary>Remembers the losses until now.</summary>
    public void Add(ProfileState state)
    {
        ImmutableArray<long> lost = Lost(state);
        if (_changes.Count == 0 || !_changes[^1].Lost.SequenceEqual(lost))
            _changes.Add((state.NowNs, lost));
    }

    /// <summary>Forgets what no recording needs that begins then or later.</summary>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public void RemoveBefore(long ns)
    {
        while (_changes.Count > 1 && _changes[1].Ns <= ns)
            _changes.RemoveAt(0);
    }

    /// <summary>Events lost since a time, by kind: never too few, as it is looked at every few seconds only.</summary>
    /// <param name="ns">CLOCK_MONOTONIC; null for the begin of the capture.</param>
    public ImmutableArray<long> Since(long? ns)
    {
        ImmutableArray<long> now = _changes[^1].Lost;
        int before = _changes.FindLastIndex(change => change.Ns <= ns);
        return before < 0 ? now : [.. now.Zip(_changes[before].Lost, (all, then) => Math.Max(0, all - then))];
    }

    private static ImmutableArray<long> Lost(ProfileState state)
    {
        var lost = new long[WireEvent.Kinds];
        for (int i = 0; i < state.Health.Events.Length && i + 1 < lost.Length; i++)
            lost[i + 1] = state.Health.Events[i].Lost ?? 0;
        return [.. lost];
    }
}
