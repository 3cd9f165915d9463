using System.Collections.Immutable;
using System.Text;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>Resets that programs asked for, and the devices that they hit.</summary>
internal static class UserResets
{
    /// <summary>The devices that a reset hit, its own first; none if it failed before.</summary>
    /// <param name="reset">A reset that a program asked for.</param>
    /// <param name="devices">What is known of devices.</param>
    public static ImmutableArray<string> DevicesOf(Operation reset, IReadOnlyDictionary<string, DeviceIdentity> devices) =>
        reset.Result < 0 && reset.Resets.IsEmpty ? []
        : reset.Kind == OperationKind.HotReset && devices.TryGetValue(reset.Device, out DeviceIdentity? device)
            ? [reset.Device, .. device.DevSetMates]
            : [reset.Device];

    public static readonly ImmutableArray<string> Columns = ["device", "at", "kind", "took", "lock wait", "reset", "method", "process", "hit", "failed"];

    /// <summary>A reset as a row of a table with <see cref="Columns"/>.</summary>
    public static string[] Cells(ReportUserReset r, ReportDocument report)
    {
        ReportDevice o = r.Operation;
        return
        [
            o.Bdf, $"{(o.StartNs - report.Capture.StartNs) / 1e9:0.000} s", Words(r.Kind), Time(o.DurationNs), Time(o.LockWaitNs), Time(o.ResetNs),
            o.ResetMethod ?? "-", ProcessNames.Of(o.Pid, o.Comm, o.Vm), r.Devices.Length > 1 ? string.Join(", ", r.Devices) : "", o.Error ?? "",
        ];
    }

    /// <summary>One line each, with what more there is to say of it.</summary>
    public static void Render(StringBuilder text, ReportDocument report, int width)
    {
        if (report.UserResets.IsEmpty)
            return;
        var table = new TextTable(
            2, 2, new("device", Left: true), new("at"), new("kind", Left: true), new("took"), new("lock wait"), new("reset"),
            new("method", Left: true), new("process", Left: true));
        foreach (ReportUserReset r in report.UserResets)
        {
            table.Add(Cells(r, report)[..^2]);
        }
        IReadOnlyList<string> lines = table.Lines(width, titles: true);
        text.Append("\nresets that programs asked for\n").Append(lines[0]).Append('\n');
        for (int i = 0; i < report.UserResets.Length; i++)
        {
            (_, ImmutableArray<string> devices, ReportDevice o) = report.UserResets[i];
            text.Append(lines[i + 1]).Append('\n');
            if (devices.Length > 1)
                Paragraph.Append(text, $"hit {Figures.Count(devices.Length, "device")}: {string.Join(", ", devices)}", width, "    ", "      ");
            Waterfall.Details(text, o, width);
        }
    }

    private static string Time(long ns) => ns == 0 ? "-" : Figures.Text(ns);

    private static string Words(string kind) => OperationNames.Kinds.Find(kind)?.Words() ?? kind;
}
