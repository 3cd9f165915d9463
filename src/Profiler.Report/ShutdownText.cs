using System.Collections.Immutable;
using System.Text;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>One shutdown as text: where the time went, device by device, and why.</summary>
public static class ShutdownText
{
    // A larger share of the wall time that is not attributed is marked, if it is also longer than MinMarkedNs.
    private const double MaxUnattributed = 0.02;
    private const long MinMarkedNs = 10_000_000;

    private const int MaxEarlierSignals = 3;

    /// <param name="text">Is appended to.</param>
    /// <param name="s">The shutdown.</param>
    /// <param name="width">Columns of the terminal: sentences are wrapped, tables leave columns out.</param>
    public static void Render(StringBuilder text, ReportShutdown s, int width)
    {
        Head(text, s, width);
        foreach (string line in Times(s).Lines(width, titles: false))
            text.Append(line).Append('\n');
        if (!s.Devices.IsEmpty)
        {
            text.Append('\n');
            Waterfall.Render(text, s.Devices, "release", new Interval(s.StartNs, s.StartNs + s.WallNs), width);
            Models(text, s.Devices, width);
        }
        UnderWay(text, s.UnderWay, s.StartNs + s.WallNs, width);
        foreach (ReportUnreleased device in s.Unreleased)
            text.Append($"  {device.Bdf}{(device.Name is null ? "" : $" ({device.Name})")}: not released\n");
        Findings(text, s.Findings, width);
    }

    /// <summary>The same, line by line.</summary>
    public static IReadOnlyList<string> Lines(ReportShutdown s, int width)
    {
        var text = new StringBuilder();
        Render(text, s, width);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    /// <summary>What was in progress when the capture ended.</summary>
    internal static void UnderWay(StringBuilder text, ImmutableArray<ReportUnderWay> underWay, long nowNs, int width)
    {
        foreach (ReportUnderWay o in underWay)
            Paragraph.Append(text, $"{o.Bdf}: {o.Kind} in progress for {Figures.Text(nowNs - o.StartNs)}{Doing(o, nowNs)}", width, "  ", "    ");
    }

    /// <summary>"serial_exit: the kernel closed …", and what would help.</summary>
    public static void Findings(StringBuilder text, ImmutableArray<ReportFinding> findings, int width)
    {
        foreach (ReportFinding finding in findings)
        {
            text.Append('\n');
            Paragraph.Append(text, $"{finding.Id}: {finding.Text}", width, "  ", "    ");
            if (finding.Remedy is not null)
                Paragraph.Append(text, finding.Remedy, width, "    -> ", "       ");
        }
    }

    private static void Head(StringBuilder text, ReportShutdown s, int width)
    {
        string released = s.Devices.IsEmpty ? "no device" : Figures.Count(s.Devices.Length, "device");
        string soFar = s.Unfinished ? " so far" : "", atLeast = s.BeganBefore || s.Unfinished ? "at least " : "";
        Paragraph.Append(
            text,
            $"{ProcessNames.Of(s.Pid, s.Comm, s.Vm)}: {TriggerNames.Table.Find(s.Trigger)?.Words() ?? s.Trigger}, " +
            $"{released} released{soFar} in {atLeast}{Figures.Text(s.WallNs)}", width, "", "  ");
        if (s.BeganBefore)
            Paragraph.Append(text, "began before the capture: earlier releases and their time are missing", width, "  ", "    ");
        if (s.Unfinished)
            Paragraph.Append(text, "not finished when the capture ended: what came later is missing", width, "  ", "    ");
        foreach (ReportSignal signal in s.EarlierSignals.TakeLast(MaxEarlierSignals))
        {
            Paragraph.Append(
                text, $"{Sent(signal)}, {Figures.Text(s.StartNs - signal.TimeNs)} earlier: not the cause, the process kept running", width,
                "  ", "    ");
        }
        foreach (ReportSignal signal in s.Signals)
            text.Append($"  {Sent(signal)} at {(signal.TimeNs == s.StartNs ? "0 s" : Figures.Text(signal.TimeNs - s.StartNs))}\n");
        text.Append('\n');
    }

    // Phases, then sums over the devices.
    private static TextTable Times(ReportShutdown s)
    {
        var table = new TextTable(2, 3, new("", Left: true), new(""), new("", Left: true));
        foreach (PhaseName phase in PhaseNames.All)
        {
            long ns = phase.Phase == Phase.Unattributed ? s.UnattributedNs : s.Phases[phase.Field];
            if (ns == 0)
                continue;
            bool marked = phase.Phase == Phase.Unattributed && ns > MaxUnattributed * s.WallNs && ns > MinMarkedNs;
            table.Add(phase.Phase.Words(s.Comm), Figures.Text(ns), $"{100.0 * ns / s.WallNs,5:0.0} %{(marked ? "  unexpectedly high" : "")}");
        }
        if (s.Devices.IsEmpty)
            return table;
        table.Add();
        table.Add(
            "sum of release times", Figures.Text(s.Devices.Sum(d => d.DurationNs)),
            s.PeakConcurrency == 1 ? "one at a time" : $"up to {s.PeakConcurrency} in parallel");
        table.Add("sum of reset times", Figures.Text(s.ResetNs), Iommu(s) is > 0 and var iommuNs ? $"{Figures.Text(iommuNs)} of it for the IOMMU to block and restore DMA" : "");
        table.Add("sum of lock waits", Figures.Text(s.LockWaitNs), "");
        table.Add("best case in parallel", Figures.Text(s.IfParallelNs), $"limited by {SerialChain.LimitOf(s.IfParallelNs, s.Devices.Max(d => d.DurationNs - d.LockWaitNs))}");
        return table;
    }

    private static long Iommu(ReportShutdown s) =>
        s.Devices.Sum(d => d.Resets.Sum(r => r.Parts.Where(p => ResetNames.OfIommu.Contains(p.Step)).Sum(p => p.DurationNs)));

    private static string Sent(ReportSignal signal) => ProcessNames.Sent(signal.Name, signal.SenderPid, signal.SenderComm);

    private static string Doing(ReportUnderWay o, long nowNs)
    {
        string state = OperationNames.States.Find(o.State) is { } known && known.Words() is { Length: > 0 } words ? $", {words}" : "";
        return o.FailedAttempts.IsEmpty
            ? state
            : $"{state}: {Waterfall.Chain(o.FailedAttempts)}, then {o.ResetMethod} for " +
                $"{Figures.Text(nowNs - o.FailedAttempts[^1].StartNs - o.FailedAttempts[^1].DurationNs)} so far";
    }

    internal static void Models(StringBuilder text, ImmutableArray<ReportDevice> devices, int width)
    {
        foreach (IGrouping<string?, ReportDevice> model in devices.GroupBy(d => d.Name).Where(g => g.Key is not null))
        {
            string where = model.Count() == devices.Length ? "all" : string.Join(", ", model.Select(d => d.Bdf));
            Paragraph.Append(text, $"{model.Key}: {where}", width, "  ", "    ");
        }
    }
}
