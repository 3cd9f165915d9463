using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Histograms;
using Profiler.Core.Names;
using Profiler.Core.Wire;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>A lock: its kind, its waiters, and the devices that need it.</summary>
/// <param name="Address">Its address.</param>
internal sealed record LockDetail(ulong Address) : Detail
{
    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        ProfileState state = scene.State;
        if (state.Snapshot.Locks.Rows.FirstOrDefault(l => l.Address == Address) is not { } l)
            return [Section.Of(Line.Of("Nothing is known of this lock any more.", Style.Faint))];
        var lines = new List<Line> { Line.Of($"{l.Kind.Name()} lock 0x{l.Address:x16}", Style.Strong) };
        lines.AddRange(Line.Wrap(What(l.Kind), width, Style.Faint));
        lines.Add(l.Waits == 0 ? Line.Of("nobody waited for it yet")
            : Line.Of($"{Figures.Count(l.Waits, "wait")}, {Figures.Text(l.SumNs)} in all, the longest {Figures.Text(l.LongestNs)}", Style.Waiting));
        if (LocksPage.Holder(l.Holder, state) is { Length: > 0 } holder)
            lines.Add(Line.Of($"held during the longest wait by {holder}"));
        lines.Add(Line.Empty);
        lines.Add(Line.Of($"{Figures.Count(l.Devices.Count, "device")} {(l.Devices.Count == 1 ? "needs" : "need")} it", Style.Strong));
        string[] devices = [.. l.Devices];
        Dictionary<string, DeviceFigures> figures = state.Snapshot.Devices.Rows.Where(d => l.Devices.Contains(d.Device)).ToDictionary(d => d.Device);
        return
        [
            Section.Of([.. lines]),
            new Section(devices.Length, (canvas, line, i) => canvas.Write(line.X, line.Y,
                devices[i] + (figures.TryGetValue(devices[i], out DeviceFigures? d) && d.Releases > 0 ? $"  release max {Figures.Text(d.MaxNs)}, mean {Figures.Text(d.MeanNs)}" : ""),
                Style.Plain, line.Right)),
        ];
    }

    private static string What(LockKind kind) => kind switch
    {
        LockKind.DevSet => "devices of one reset domain share it; it is held while one of them is reset",
        LockKind.Group => "devices of one IOMMU group share it",
        LockKind.Rwsem => "an rw-semaphore: held by readers, whose names are not known, or by one writer",
        _ => "neither a dev_set's nor an IOMMU group's",
    };
}
