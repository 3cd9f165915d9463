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
        Paragraph.Append(text, Title(s), width, "", "  ");
        foreach (string note in Notes(s))
            Paragraph.Append(text, note, width, "  ", "    ");
        text.Append('\n');
        foreach (string line in Times(s).Lines(width, titles: false))
            text.Append(line).Append('\n');
        if (!s.Devices.IsEmpty)
        {
            text.Append('\n');
            Waterfall.Render(text, s.Devices, "open", new Interval(s.StartNs, s.StartNs + s.WallNs), width);
            foreach (string model in ShutdownText.Models(s.Devices))
                Paragraph.Append(text, model, width, "  ", "    ");
        }
        foreach (ReportUnderWay o in s.UnderWay)
            Paragraph.Append(text, ShutdownText.InProgress(o, s.StartNs + s.WallNs), width, "  ", "    ");
        ShutdownText.Findings(text, s.Findings, width);
        WhatIfText.Render(text, s.WhatIf, width);
    }

    /// <summary>The same, line by line.</summary>
    public static IReadOnlyList<string> Lines(ReportStart s, int width)
    {
        var text = new StringBuilder();
        Render(text, s, width);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    /// <summary>"web-1 (pid 4711): started with 8 devices in 34.120 s, until its VM ran".</summary>
    internal static string Title(ReportStart s)
    {
        int failed = s.Devices.Count(d => d.Error is not null);
        string who = ProcessNames.Of(s.Pid, s.Comm, s.Vm), devices = Figures.Count(s.Devices.Length - failed, "device");
        string time = (s.BeganBefore || s.Unfinished ? "at least " : "") + Figures.Text(s.WallNs);
        return StartNames.Kinds.Find(s.Kind) switch
        {
            StartKind.Vm when s.End == StartEnd.Exit.Name() => $"{who}: did not start: it exited after {time}, with {devices} opened",
            StartKind.Vm when s.Unfinished => $"{who}: starting for {time}, {devices} opened so far",
            StartKind.Vm => $"{who}: started with {devices} in {time}, until its VM ran",
            _ when failed == s.Devices.Length && failed > 0 => $"{who}: failed to open {Figures.Count(failed, "device")} in {time}",
            StartKind.Devices => $"{who}: opened {devices} in {time}",
            _ => $"{who}: started with {devices} in {time}",
        };
    }

    /// <summary>What is missing of it.</summary>
    internal static IEnumerable<string> Notes(ReportStart s)
    {
        if (s.BeganBefore)
            yield return "may have begun before the capture: earlier opens and mappings, and their time, are missing";
        if (s.Unfinished)
            yield return "not finished when the capture ended: what came later is missing";
        if (s.Kind == StartKind.Vm.Name() && !s.FromExec)
            yield return "counted from its first contact with VFIO: when its program began was not seen";
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
        bool begins = true;
        foreach ((string name, string value, string remark) in Sums(s))
        {
            if (begins)
                table.Add();
            begins = false;
            table.Add(name, value, remark);
        }
        return table;
    }

    /// <summary>What was mapped, and sums over the devices.</summary>
    internal static IEnumerable<(string Name, string Value, string Remark)> Sums(ReportStart s)
    {
        ReportMapped m = s.Mapped;
        if (m.Mappings > 0)
        {
            yield return (
                "memory pinned", Figures.Bytes(m.PinnedBytes),
                $"{Figures.Rate(m.PinnedBytes, m.DurationNs)}, {Figures.Count(m.Mappings, "mapping")}{(m.Failed > 0 ? $", {m.Failed} failed" : "")}");
        }
        if (m.AllocatedBytes > 0)
        {
            yield return (
                "allocated for it", Figures.Bytes(m.AllocatedBytes),
                $"{Figures.Count(m.AllocatedPages, "page")}, {Figures.Bytes(m.AllocatedBytes / Math.Max(1, m.AllocatedPages))} each on average");
        }
        if (m.DeviceBytes > 0)
            yield return ("device memory mapped", Figures.Bytes(m.DeviceBytes), "");
        if (s.BarFaults is { } bars)
            yield return Bars(bars);
        if (s.Devices.IsEmpty)
            yield break;
        yield return ("sum of open times", Figures.Text(s.Devices.Sum(d => d.DurationNs)), "");
        yield return (
            "sum of reset times", Figures.Text(s.ResetNs),
            s.OtherResets.IsEmpty ? "" : $"{Figures.Text(s.OtherResets.Sum(r => r.DurationNs))} of it outside of opens");
        yield return ("sum of lock waits", Figures.Text(s.LockWaitNs), "");
    }

    // "64 GiB  96 faults, 300 µs, 128 KiB in small pages"
    private static (string Name, string Value, string Remark) Bars(ReportBarFaults bars)
    {
        long all = bars.SmallPageBytes + bars.LargePageBytes + bars.GiantPageBytes;
        string small = bars.SmallPageBytes == 0 ? "none" : bars.SmallPageBytes == all ? "all" : Figures.Bytes(bars.SmallPageBytes);
        return ("BARs mapped by faults", Figures.Bytes(all), $"{Figures.Count(bars.Faults, "fault")}, {Figures.Text(bars.DurationNs)}, {small} in small pages");
    }
}
