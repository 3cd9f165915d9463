using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;

namespace Profiler.Tui;

/// <summary>The rows of the pages that have rows: filtered and in order.</summary>
internal static class Lists
{
    public static readonly ImmutableArray<SortOrder<DeviceFigures>> DeviceOrders =
    [
        new("device", (a, b) => string.CompareOrdinal(a.Device, b.Device)),
        new("longest", (a, b) => b.MaxNs.CompareTo(a.MaxNs)),
        new("mean", (a, b) => b.MeanNs.CompareTo(a.MeanNs)),
        new("last", (a, b) => b.LastNs.CompareTo(a.LastNs)),
        new("releases", (a, b) => b.Releases.CompareTo(a.Releases)),
        new("newest", (a, b) => b.LastEndNs.CompareTo(a.LastEndNs)),
    ];

    public static readonly ImmutableArray<SortOrder<LockFigures>> LockOrders =
    [
        new("longest", (a, b) => b.LongestNs.CompareTo(a.LongestNs)),
        new("waits", (a, b) => b.Waits.CompareTo(a.Waits)),
        new("devices", (a, b) => b.Devices.Count.CompareTo(a.Devices.Count)),
        new("address", (a, b) => a.Address.CompareTo(b.Address)),
    ];

    public static readonly ImmutableArray<SortOrder<Shutdown>> ShutdownOrders =
    [
        new("newest", (a, b) => b.Time.EndNs.CompareTo(a.Time.EndNs)),
        new("longest", (a, b) => b.Time.DurationNs.CompareTo(a.Time.DurationNs)),
        new("devices", (a, b) => b.Releases.Length.CompareTo(a.Releases.Length)),
    ];

    public static DeviceFigures[] Devices(ProfileState state, ViewState view)
    {
        var sieve = new Sieve(state, view);
        DeviceFigures[] rows = Where(state.Snapshot.Devices.Rows, d => sieve.Wants(d.User, d.Device));
        DeviceOrders[view.Sorts[(int)Page.Devices]].Sort(rows, (a, b) => string.CompareOrdinal(a.Device, b.Device));
        return rows;
    }

    public static LockFigures[] Locks(ProfileState state, ViewState view)
    {
        var sieve = new Sieve(state, view);
        bool all = view.Filter.Length == 0 && view.Only.Device is null;
        LockFigures[] rows = Where(state.Snapshot.Locks.Rows, l => all || l.Devices.Any(sieve.Wants));
        LockOrders[view.Sorts[(int)Page.Locks]].Sort(rows, (a, b) => a.Address.CompareTo(b.Address));
        return rows;
    }

    public static Shutdown[] Shutdowns(ProfileState state, ViewState view)
    {
        var sieve = new Sieve(state, view);
        Shutdown[] rows = Where(state.Snapshot.Recent, sieve.Wants);
        ShutdownOrders[view.Sorts[(int)Page.Shutdowns]].Sort(rows, (a, b) => b.Time.EndNs.CompareTo(a.Time.EndNs));
        return rows;
    }

    /// <summary>By what the rows of the present page are ordered; null if it has none.</summary>
    public static string? OrderOf(ViewState view) => view.Page switch
    {
        Page.Devices => DeviceOrders[view.Sort].Name,
        Page.Locks => LockOrders[view.Sort].Name,
        Page.Shutdowns => ShutdownOrders[view.Sort].Name,
        _ => null,
    };

    /// <summary>How many orders a page has.</summary>
    public static int Orders(Page page) => page switch
    {
        Page.Devices => DeviceOrders.Length,
        Page.Locks => LockOrders.Length,
        Page.Shutdowns => ShutdownOrders.Length,
        _ => 1,
    };

    // Where it leaves two rows equal, they must not change places from frame to frame.
    private static void Sort<TRow>(this SortOrder<TRow> order, TRow[] rows, Comparison<TRow> then) =>
        Array.Sort(rows, (a, b) => order.Compare(a, b) is var first && first != 0 ? first : then(a, b));

    private static TRow[] Where<TRow>(ImmutableArray<TRow> all, Func<TRow, bool> wanted)
    {
        var rows = new TRow[all.Length];
        int count = 0;
        foreach (TRow row in all)
        {
            if (wanted(row))
                rows[count++] = row;
        }
        return count == rows.Length ? rows : rows[..count];
    }
}
