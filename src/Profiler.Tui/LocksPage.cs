using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Tui;

/// <summary>Every lock that devices need, and how long it was waited for.</summary>
internal static class LocksPage
{
    private static readonly Table<LockFigures> Table = new(
        new("LOCK", 18, (l, _) => $"0x{l.Address:x16}", From: 60),
        new("OF", 7, (l, _) => Kind(l.Kind)),
        new("DEVICES", 0, Devices),
        new("WAITS", 6, (l, _) => $"{l.Waits}", Right: true),
        new("LONGEST", 8, (l, _) => l.Waits == 0 ? "" : Figures.Text(l.LongestNs), Right: true),
        new("ALL", 8, (l, _) => l.Waits == 0 ? "" : Figures.Text(l.SumNs), Right: true, From: 90),
        new("HELD THEN BY", 0, (l, s) => Holder(l.Holder, s), From: 70));

    public static void Draw(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        int used = Table.Draw(canvas, area, state, Lists.Locks(state, view), view.Row);
        if (state.Snapshot.Locks.Evicted > 0 && used < area.Height)
            canvas.Write(area.X, area.Y + used, $"{state.Snapshot.Locks.Evicted} more are not kept", Ink.Faint, area.Right);
    }

    private static string Kind(LockKind kind) => kind switch
    {
        LockKind.DevSet => "dev_set",
        LockKind.Group => "group",
        _ => "other",
    };

    private static string Devices(LockFigures l, ProfileState state) => l.Devices.Count switch
    {
        1 => l.Devices[0],
        var more => $"{more}: {l.Devices[0]}, …",
    };

    private static string Holder(Holder? holder, ProfileState state) => holder?.Task is not { } task
        ? ""
        : ProcessNames.Of(task, state.VmNames) + (holder.Device is null ? "" : $" at {holder.Device}");
}
