using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Tui.Drawing;
using Profiler.Tui.Pages;

namespace Profiler.Tui;

/// <summary>Everything a frame is drawn from.</summary>
/// <param name="State">What there is.</param>
/// <param name="View">What is chosen of it.</param>
/// <param name="Size">Columns and lines of the screen.</param>
internal sealed record Scene(ProfileState State, ViewState View, (int Width, int Height) Size)
{
    private (Page Page, Array Rows)? _rows;
    private IReadOnlyList<Section>? _sections;

    /// <summary>What came into the histograms second by second.</summary>
    public IntervalHistory History { get; init; } = new();

    /// <summary>Findings of what is going on, kept from frame to frame.</summary>
    public FindingMemo Findings { get; init; } = new();

    /// <summary>What of it is wanted.</summary>
    public Filter Filter => new(State, View);

    /// <summary>The present page's rows, filtered and sorted once for each frame.</summary>
    public TRow[] Rows<TRow>(Page page, Func<TRow[]> rows)
    {
        if (_rows is not { } kept || kept.Page != page)
            _rows = kept = (page, rows());
        return (TRow[])kept.Rows;
    }

    /// <summary>The sections of a page that has no table.</summary>
    public IReadOnlyList<Section> Sections(Func<IReadOnlyList<Section>> sections) => _sections ??= sections();
}

/// <summary>
/// What a shutdown in flight says so far: looked at again only when a release has begun or ended, as with a thousand devices
/// it takes longer than to draw them.
/// </summary>
internal sealed class FindingMemo
{
    private const int Capacity = 64;

    private readonly Dictionary<(int Tgid, long StartNs), ((int, int, int, bool) Of, FindingSoFar? Finding)> _findings = [];

    /// <summary>The leading finding; null if there is nothing to say yet.</summary>
    public FindingSoFar? Of(ShutdownInFlight s, ProfileState state)
    {
        (int, int, int, bool) of = (s.SoFar.Releases.Length, s.Releasing.Length, s.Busy, s.SoFar.ExitsNs is null);
        if (_findings.TryGetValue((s.Task.Tgid, s.SoFar.Time.StartNs), out var kept) && kept.Of == of)
            return kept.Finding;
        if (_findings.Count >= Capacity)
            _findings.Clear();
        FindingSoFar? finding = FindingsSoFar.Leading(s, state.Facts, Evidence.Of(state.Health.Probes, state.Health.Problems));
        _findings[(s.Task.Tgid, s.SoFar.Time.StartNs)] = (of, finding);
        return finding;
    }
}
