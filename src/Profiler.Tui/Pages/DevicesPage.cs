using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Names;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>Every device that was opened or released, and the duration of its releases.</summary>
internal sealed class DevicesPage : TablePage<DeviceFigures>
{
    public override string Title => "Devices";

    public override string ShortTitle => "Dev";

    public override string Help => "every device that was opened or released: how often, how long it took, how it was reset";

    protected override Table<DeviceFigures> Table { get; } = new(
        new("DEVICE", 12, (d, _) => d.Device) { Compare = (a, b) => string.CompareOrdinal(a.Device, b.Device) },
        new("NAME", 0, (d, s) => s.Devices.TryGetValue(d.Device, out DeviceIdentity? known) ? DeviceNames.Of(known) : "", From: 100),
        new("LAST USED BY", 0, (d, s) => ProcessNames.Of(d.User, s.VmNames)) { Compare = (a, b) => a.User.Tgid.CompareTo(b.User.Tgid) },
        new("RELEASES", 8, (d, _) => $"{d.Releases}", Right: true, From: 60) { Compare = (a, b) => a.Releases.CompareTo(b.Releases) },
        new("LAST", 8, (d, _) => Time(d, d.LastNs), Right: true, From: 70) { Compare = (a, b) => a.LastNs.CompareTo(b.LastNs) },
        new("MEAN", 8, (d, _) => Time(d, d.MeanNs), Right: true, From: 50) { Compare = (a, b) => a.MeanNs.CompareTo(b.MeanNs) },
        new("MAX", 8, (d, _) => Time(d, d.MaxNs), Right: true) { Compare = (a, b) => a.MaxNs.CompareTo(b.MaxNs) },
        new("RESET BY", 8, (d, _) => d.Method is { } method ? method.Name() : "", From: 80)
        {
            Compare = (a, b) => Nullable.Compare(a.Method, b.Method),
        });

    protected override ImmutableArray<DeviceFigures> All(ProfileState state) => state.Snapshot.Devices.Rows;

    protected override bool Wants(Filter filter, DeviceFigures row) => filter.Wants(row.User, row.Device);

    protected override int Tie(DeviceFigures a, DeviceFigures b) => string.CompareOrdinal(a.Device, b.Device);

    protected override long Evicted(ProfileState state) => state.Snapshot.Devices.Evicted;

    protected override Detail Open(DeviceFigures row) => new DeviceDetail(row.Device);

    private static string Time(DeviceFigures d, long ns) => d.Releases == 0 ? "" : Figures.Text(ns);
}
