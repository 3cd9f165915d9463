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

/// <summary>The last starts and their results.</summary>
internal sealed class StartsPage : TablePage<Start>
{
    /// <summary>The table; the first page also shows some of its rows.</summary>
    public static readonly Table<Start> Recent = new(
        new("RECENT STARTS", 0, (s, state) => ProcessNames.Of(s.Task, state.VmNames)) { Compare = (a, b) => a.Task.Tgid.CompareTo(b.Task.Tgid) },
        new("WHAT", 9, (s, _) => What(s), From: 50)
        {
            Compare = (a, b) => (a.Kind, a.End).CompareTo((b.Kind, b.End)),
            Style = s => Failed(s) ? Style.Alarm : Style.Plain,
        },
        new("TOOK", 9, (s, _) => Took(s), Right: true) { Compare = (a, b) => a.Time.DurationNs.CompareTo(b.Time.DurationNs) },
        new("DEVICES", 7, (s, _) => $"{s.Opened}", Right: true) { Compare = (a, b) => a.Opened.CompareTo(b.Opened) },
        new("PINNED", 9, (s, _) => s.Mapped is { Mappings: > 0 } m ? Figures.Bytes(m.PinnedBytes) : "-", Right: true, From: 60)
        {
            Compare = (a, b) => a.Mapped.PinnedBytes.CompareTo(b.Mapped.PinnedBytes),
        },
        new("LOCK WAIT", 9, (s, _) => Figures.Text(s.LockWaitNs), Right: true, From: 120) { Compare = (a, b) => a.LockWaitNs.CompareTo(b.LockWaitNs) },
        new("RESET", 8, (s, _) => Figures.Text(s.ResetNs), Right: true, From: 70) { Compare = (a, b) => a.ResetNs.CompareTo(b.ResetNs) },
        new("WHY", 24, Why, From: 110) { Style = _ => Style.Warning },
        new("AGO", 7, (s, state) => ShutdownsPage.Ago(state.NowNs - s.Time.EndNs), Right: true, From: 40)
        {
            Compare = (a, b) => b.Time.EndNs.CompareTo(a.Time.EndNs),
            Descending = false,
        });

    private static readonly ConditionalWeakTable<Start, string> Leading = [];

    private static readonly int Newest = Recent.Columns.Count - 1;

    public override string Title => "Starts";

    public override string ShortTitle => "Start";

    public override string Help => "the last starts of VMs and other processes with devices; Enter opens one: where its time went, and why";

    public override Selection First => new(0, Newest, Reversed: false);

    protected override Table<Start> Table => Recent;

    protected override ImmutableArray<Start> All(ProfileState state) => state.Snapshot.RecentStarts;

    protected override bool Wants(Filter filter, Start row) => filter.Wants(row);

    protected override int Tie(Start a, Start b) => b.Time.EndNs.CompareTo(a.Time.EndNs);

    protected override Detail Open(Start row) => new StartDetail(row);

    private static bool Failed(Start s) => s is { Kind: StartKind.Vm, End: StartEnd.Exit };

    private static string What(Start s) => s.Kind switch
    {
        StartKind.Vm when Failed(s) => "VM failed",
        StartKind.Vm when s.Unfinished => "VM so far",
        StartKind.Vm => "VM",
        StartKind.Process => "process",
        _ => "devices",
    };

    // The leading finding; cached, because an ended start does not change.
    private static string Why(Start s, ProfileState state) => Leading.GetValue(s, over =>
        StartDetail.Report(over, state).Findings.FirstOrDefault(f => f.Severity == Severity.Warning.Name())?.Id ?? "");

    // For an incomplete start the duration is a minimum.
    private static string Took(Start s) => (s.BeganBefore || s.Unfinished ? "≥" : "") + Figures.Text(s.Time.DurationNs);
}
