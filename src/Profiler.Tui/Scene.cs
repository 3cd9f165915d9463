using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Tui.Drawing;

namespace Profiler.Tui;

/// <summary>The complete input of a frame.</summary>
/// <param name="State">State of the profile.</param>
/// <param name="View">Selections of the user.</param>
/// <param name="Size">Screen size: columns and lines.</param>
internal sealed record Scene(ProfileState State, ViewState View, (int Width, int Height) Size)
{
    private readonly Dictionary<object, object> _kept = [];

    /// <summary>New histogram values per second.</summary>
    public IntervalHistory History { get; init; } = new();

    /// <summary>Findings of shutdowns in progress, cached between frames.</summary>
    public FlightMemo Flights { get; init; } = new();

    /// <summary>The active filter.</summary>
    public Filter Filter => new(State, View);

    /// <summary>Returns a value that is made once per frame, for example the rows of a page.</summary>
    /// <param name="key">Identifies the value.</param>
    /// <param name="make">Creates the value.</param>
    public T Once<T>(object key, Func<T> make) where T : class
    {
        if (!_kept.TryGetValue(key, out object? kept))
            _kept[key] = kept = make();
        return (T)kept;
    }
}

/// <summary>
/// Caches the findings of shutdowns in progress. They are computed again only after an operation begins or ends: with a
/// thousand devices that takes longer than drawing.
/// </summary>
internal sealed class FlightMemo
{
    private const int Capacity = 64;

    private readonly Dictionary<(int Tgid, long StartNs), (Key Of, FindingSoFar? Finding, ShutdownPhases Phases)> _kept = [];

    /// <summary>The leading finding, null if none yet; and the time by phase.</summary>
    public (FindingSoFar? Finding, ShutdownPhases Phases) Of(ShutdownInFlight s, ProfileState state)
    {
        var of = new Key(s.SoFar.Releases.Length, s.Releasing.Length, s.Busy, s.SoFar.Time.EndNs);
        if (_kept.TryGetValue((s.Task.Tgid, s.SoFar.Time.StartNs), out var kept) && kept.Of == of)
            return (kept.Finding, kept.Phases);
        if (_kept.Count >= Capacity)
            _kept.Clear();
        FindingSoFar? finding = FindingsSoFar.Leading(s, state.Facts, Evidence.Of(state.Health.Probes, state.Health.Problems));
        ShutdownPhases phases = s.SoFar.Phases;
        _kept[(s.Task.Tgid, s.SoFar.Time.StartNs)] = (of, finding, phases);
        return (finding, phases);
    }

    private readonly record struct Key(int Released, int Releasing, int Busy, long EndNs);
}
