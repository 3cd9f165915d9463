using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Names;

namespace Profiler.Tui;

/// <summary>Every device that was opened or released, and how long that took.</summary>
internal static class DevicesPage
{
    private static readonly Table<DeviceFigures> Table = new(
        new("DEVICE", 12, (d, _) => d.Device),
        new("NAME", 0, (d, s) => s.Devices.TryGetValue(d.Device, out DeviceIdentity? known) ? DeviceNames.Of(known) : "", From: 100),
        new("LAST WITH", 0, (d, s) => ProcessNames.Of(d.User, s.VmNames)),
        new("RELEASES", 8, (d, _) => $"{d.Releases}", Right: true, From: 60),
        new("LAST", 8, (d, _) => Time(d, d.LastNs), Right: true, From: 70),
        new("MEAN", 8, (d, _) => Time(d, d.MeanNs), Right: true, From: 50),
        new("MAX", 8, (d, _) => Time(d, d.MaxNs), Right: true),
        new("RESET BY", 8, (d, _) => d.Method is { } method ? method.Name() : "", From: 80),
        new("SHARES ITS LOCK WITH", 0, Mates, From: 120));

    public static void Draw(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        DeviceFigures[] rows = Lists.Devices(state, view);
        int used = Table.Draw(canvas, area, state, rows, view.Row);
        if (state.Snapshot.Devices.Evicted > 0 && used < area.Height)
            canvas.Write(area.X, area.Y + used, $"{state.Snapshot.Devices.Evicted} more are not kept", Ink.Faint, area.Right);
    }

    private static string Time(DeviceFigures d, long ns) => d.Releases == 0 ? "" : Figures.Text(ns);

    private static string Mates(DeviceFigures d, ProfileState state) =>
        !state.Devices.TryGetValue(d.Device, out DeviceIdentity? known) ? ""
        : known.DevSetMates.Count switch
        {
            0 => "none",
            1 => known.DevSetMates[0],
            var more => $"{known.DevSetMates[0]} and {more - 1} more",
        };
}
