using System.Text;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>One start as text: where the time went, device by device, and why.</summary>
public static class StartText
{
    /// <param name="text">Is appended to.</param>
    /// <param name="s">The start.</param>
    /// <param name="width">Columns of the terminal: sentences are wrapped, tables leave columns out.</param>
    public static void Render(StringBuilder text, ReportStart s, int width)
    {
        Head(text, s, width);
        foreach (string line in Times(s).Lines(width, titles: false))
            text.Append(line).Append('\n');
        if (!s.Devices.IsEmpty)
        {
            text.Append('\n');
            Waterfall.Render(text, s.Devices, "open", new Interval(s.StartNs, s.StartNs + s.WallNs), width);
            ShutdownText.Models(text, s.Devices, width);
        }
        ShutdownText.UnderWay(text, s.UnderWay, s.StartNs + s.WallNs, width);
        ShutdownText.Findings(text, s.Findings, width);
    }

    /// <summary>The same, line by line.</summary>
    public static IReadOnlyList<string> Lines(ReportStart s, int width)
    {
        var text = new StringBuilder();
        Render(text, s, width);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    private static void Head(StringBuilder text, ReportStart s, int width)
    {
        string atLeast = s.BeganBefore || s.Unfinished ? "at least " : "", devices = Figures.Count(s.Devices.Count(d => d.Error is null), "device");
        string who = ProcessNames.Of(s.Pid, s.Comm, s.Vm);
        Paragraph.Append(
            text, StartNames.Kinds.Find(s.Kind) switch
            {
                StartKind.Vm when s.End == StartNames.Ends[StartEnd.Exit] =>
                    $"{who}: did not start: it exited after {atLeast}{Figures.Text(s.WallNs)}, with {devices} opened",
                StartKind.Vm when s.Unfinished => $"{who}: starting for {atLeast}{Figures.Text(s.WallNs)}, {devices} opened so far",
                StartKind.Vm => $"{who}: started with {devices} in {atLeast}{Figures.Text(s.WallNs)}, until its VM ran",
                StartKind.Devices => $"{who}: opened {devices} in {atLeast}{Figures.Text(s.WallNs)}, after its start",
                _ => $"{who}: started with {devices} in {atLeast}{Figures.Text(s.WallNs)}",
            }, width, "", "  ");
        if (s.BeganBefore)
            Paragraph.Append(text, "may have begun before the capture: earlier opens and mappings, and their time, are missing", width, "  ", "    ");
        if (s.Unfinished)
            Paragraph.Append(text, "not finished when the capture ended: what came later is missing", width, "  ", "    ");
        if (s.Kind == StartNames.Kinds[StartKind.Vm] && !s.FromExec)
            Paragraph.Append(text, "counted from its first contact with VFIO: when its program began was not seen", width, "  ", "    ");
        text.Append('\n');
    }

    // Phases, then what was mapped, and sums over the devices.
    private static TextTable Times(ReportStart s)
    {
        var table = new TextTable(2, 3, new("", Left: true), new(""), new("", Left: true));
        foreach (StartPhaseName phase in StartPhaseNames.All)
        {
            if (s.Phases[phase.Field] is not 0 and var ns)
                table.Add(phase.Words, Figures.Text(ns), $"{100.0 * ns / s.WallNs,5:0.0} %");
        }
        if (s.Mapped.Mappings > 0 || !s.Devices.IsEmpty)
            table.Add();
        if (s.Mapped.Mappings > 0)
            Mapped(table, s.Mapped);
        if (!s.Devices.IsEmpty)
        {
            table.Add("sum of open times", Figures.Text(s.Devices.Sum(d => d.DurationNs)), "");
            table.Add("sum of reset times", Figures.Text(s.ResetNs), s.OtherResets.IsEmpty ? "" : $"{Figures.Text(s.OtherResets.Sum(r => r.DurationNs))} of it outside of opens");
            table.Add("sum of lock waits", Figures.Text(s.LockWaitNs), "");
        }
        return table;
    }

    private static void Mapped(TextTable table, ReportMapped m)
    {
        table.Add(
            "memory pinned", Figures.Bytes(m.PinnedBytes),
            $"{Figures.Rate(m.PinnedBytes, m.DurationNs)}, {Figures.Count(m.Mappings, "mapping")}{(m.Failed > 0 ? $", {m.Failed} failed" : "")}");
        if (m.AllocatedBytes > 0)
        {
            table.Add(
                "allocated for it", Figures.Bytes(m.AllocatedBytes),
                $"{Figures.Count(m.AllocatedPages, "page")}, {Figures.Bytes(m.AllocatedBytes / Math.Max(1, m.AllocatedPages))} each on average");
        }
        if (m.DeviceBytes > 0)
            table.Add("device memory mapped", Figures.Bytes(m.DeviceBytes), "");
    }
}
