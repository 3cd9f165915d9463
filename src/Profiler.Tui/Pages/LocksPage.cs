using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>Every lock that devices need, and its wait times.</summary>
internal sealed class LocksPage : TablePage<LockFigures>
{
    public override string Title => "Locks";

    public override string ShortTitle => "Lock";

    public override string Help => "every lock that devices share: how long it was waited for, and who held it during the longest wait";

    public override Selection First => new(0, 4, Reversed: false);

    protected override Table<LockFigures> Table { get; } = new(
        new("LOCK", 18, (l, _) => $"0x{l.Address:x16}", From: 60) { Compare = (a, b) => a.Address.CompareTo(b.Address) },
        new("KIND", 7, (l, _) => l.Kind.Name()) { Compare = (a, b) => a.Kind.CompareTo(b.Kind) },
        new("DEVICES", 0, (l, _) => Devices(l)) { Compare = (a, b) => a.Devices.Count.CompareTo(b.Devices.Count), Descending = true },
        new("WAITS", 6, (l, _) => $"{l.Waits}", Right: true) { Compare = (a, b) => a.Waits.CompareTo(b.Waits) },
        new("LONGEST", 8, (l, _) => l.Waits == 0 ? "" : Figures.Text(l.LongestNs), Right: true) { Compare = (a, b) => a.LongestNs.CompareTo(b.LongestNs) },
        new("TOTAL", 8, (l, _) => l.Waits == 0 ? "" : Figures.Text(l.SumNs), Right: true, From: 90) { Compare = (a, b) => a.SumNs.CompareTo(b.SumNs) },
        new("HOLDER", 0, (l, s) => Holder(l.Holder, s), From: 70));

    /// <summary>"web-1 (pid 4711) at 0000:01:00.0"; empty if there were no waits, or if the holder is unknown.</summary>
    public static string Holder(Holder? holder, ProfileState state) => holder?.Task is not { } task
        ? ""
        : ProcessNames.Of(task, state.VmNames) + (holder.Device is null ? "" : $" at {holder.Device}");

    protected override ImmutableArray<LockFigures> All(ProfileState state) => state.Snapshot.Locks.Rows;

    protected override bool Wants(Filter filter, LockFigures row) => filter.IsNone || row.Devices.Any(filter.Wants);

    protected override int Tie(LockFigures a, LockFigures b) => a.Address.CompareTo(b.Address);

    protected override long Evicted(ProfileState state) => state.Snapshot.Locks.Evicted;

    protected override Detail Open(LockFigures row) => new LockDetail(row.Address);

    private static string Devices(LockFigures l) => l.Devices.Count switch
    {
        1 => l.Devices[0],
        var more => $"{more}: {l.Devices[0]}, …",
    };
}
