using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Tui.Drawing;

namespace Profiler.Tui;

/// <summary>Everything a frame is drawn from.</summary>
/// <param name="State">What there is.</param>
/// <param name="View">What is chosen of it.</param>
/// <param name="Size">Columns and lines of the screen.</param>
internal sealed record Scene(ProfileState State, ViewState View, (int Width, int Height) Size)
{
    private readonly Dictionary<object, object> _kept = [];

    /// <summary>What came into the histograms second by second.</summary>
    public IntervalHistory History { get; init; } = new();

    /// <summary>What shutdowns in flight say so far, kept from frame to frame.</summary>
    public FlightMemo Flights { get; init; } = new();

    /// <summary>What of it is wanted.</summary>
    public Filter Filter => new(State, View);

    /// <summary>What is made once for each frame: a page's rows, say.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="make">Makes it.</param>
    public T Once<T>(object key, Func<T> make) where T : class
    {
        if (!_kept.TryGetValue(key, out object? kept))
            _kept[key] = kept = make();
        return (T)kept;
    }
}

/// <summary>
/// What shutdowns in flight say so far: looked at again only when something of them has begun or ended, as with a thousand
/// devices it takes longer than to draw them.
/// </summary>
internal sealed class FlightMemo
{
    private const int Capacity = 64;

    private readonly Dictionary<(int Tgid, long StartNs), (Key Of, FindingSoFar? Finding, ShutdownPhases Phases)> _kept = [];

    /// <summary>The leading finding, null if there is nothing to say yet; and where the time went.</summary>
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
