using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>The last shutdowns and their results.</summary>
internal sealed class ShutdownsPage : TablePage<Shutdown>
{
    /// <summary>The table; the first page also shows some of its rows.</summary>
    public static readonly Table<Shutdown> Recent = new(
        new("RECENT SHUTDOWNS", 0, (s, state) => ProcessNames.Of(s.Task, state.VmNames)) { Compare = (a, b) => a.Task.Tgid.CompareTo(b.Task.Tgid) },
        new("TRIGGER", 7, (s, _) => s.Trigger.Name(), From: 50) { Compare = (a, b) => a.Trigger.CompareTo(b.Trigger) },
        new("TOOK", 9, (s, _) => Took(s), Right: true) { Compare = (a, b) => a.Time.DurationNs.CompareTo(b.Time.DurationNs) },
        new("DEVICES", 7, (s, _) => $"{s.Releases.Length}", Right: true) { Compare = (a, b) => a.Releases.Length.CompareTo(b.Releases.Length) },
        new("LOCK WAIT", 9, (s, _) => Figures.Text(s.LockWaitNs), Right: true, From: 70) { Compare = (a, b) => a.LockWaitNs.CompareTo(b.LockWaitNs) },
        new("RESET", 8, (s, _) => Figures.Text(s.ResetNs), Right: true, From: 60) { Compare = (a, b) => a.ResetNs.CompareTo(b.ResetNs) },
        new("MAX PARALLEL", 12, (s, _) => $"{s.PeakConcurrency}", Right: true, From: 140),
        new("IN PARALLEL", 11, (s, _) => Figures.Text(s.IfParallelNs), Right: true, From: 140),
        new("WHY", 24, Why, From: 110) { Style = _ => Style.Warning },
        // Redrawn once a second when idle: no finer resolution.
        new("AGO", 7, (s, state) => Ago(state.NowNs - s.Time.EndNs), Right: true, From: 40)
        {
            Compare = (a, b) => b.Time.EndNs.CompareTo(a.Time.EndNs),
            Descending = false,
        });

    private static readonly ConditionalWeakTable<Shutdown, string> Leading = [];

    private static readonly int Newest = Recent.Columns.Count - 1;

    public override string Title => "Shutdowns";

    public override string ShortTitle => "Over";

    public override string Help => "the last shutdowns; Enter opens one: where its time went, and why";

    public override Selection First => new(0, Newest, Reversed: false);

    protected override Table<Shutdown> Table => Recent;

    protected override ImmutableArray<Shutdown> All(ProfileState state) => state.Snapshot.Recent;

    protected override bool Wants(Filter filter, Shutdown row) => filter.Wants(row);

    protected override int Tie(Shutdown a, Shutdown b) => b.Time.EndNs.CompareTo(a.Time.EndNs);

    protected override Detail Open(Shutdown row) => new ShutdownDetail(row);

    // The leading finding; cached, because an ended shutdown does not change.
    private static string Why(Shutdown s, ProfileState state) => Leading.GetValue(s, over =>
        ShutdownFindings.For(over, state.Facts, Evidence.Of(state.Health.Probes, state.Health.Problems))
            .FirstOrDefault(f => f.Severity == Severity.Warning)?.Id ?? "");

    // For an incomplete shutdown the duration is a minimum.
    private static string Took(Shutdown s) => (s.IsWhole ? "" : "≥") + Figures.Text(s.Time.DurationNs);

    /// <summary>Time since an end, without fractions: "5 s", "3 min".</summary>
    public static string Ago(long ns) => (Math.Max(0, ns) / 1_000_000_000) switch
    {
        < 120 and var s => $"{s} s",
        < 7200 and var s => $"{s / 60} min",
        var s => $"{s / 3600} h",
    };
}
