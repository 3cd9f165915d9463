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
            foreach (string model in Models(s.Devices))
                Paragraph.Append(text, model, width, "  ", "    ");
        }
        foreach (ReportUnderWay o in s.UnderWay)
            Paragraph.Append(text, InProgress(o, s.StartNs + s.WallNs), width, "  ", "    ");
        foreach (ReportUnreleased device in s.Unreleased)
            text.Append($"  {Words(device)}\n");
        Findings(text, s.Findings, width);
        WhatIfText.Render(text, s.WhatIf, width);
    }

    /// <summary>The same, line by line.</summary>
    public static IReadOnlyList<string> Lines(ReportShutdown s, int width)
    {
        var text = new StringBuilder();
        Render(text, s, width);
        return text.ToString().TrimEnd('\n').Split('\n');
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

    /// <summary>"web-1 (pid 4711): SIGTERM, 16 devices released in 18.315 s".</summary>
    internal static string Title(ReportShutdown s)
    {
        string released = s.Devices.IsEmpty ? "no device" : Figures.Count(s.Devices.Length, "device");
        string soFar = s.Unfinished ? " so far" : "", atLeast = s.BeganBefore || s.Unfinished ? "at least " : "";
        return $"{ProcessNames.Of(s.Pid, s.Comm, s.Vm)}: {TriggerNames.Table.Find(s.Trigger)?.Words() ?? s.Trigger}, " +
            $"{released} released{soFar} in {atLeast}{Figures.Text(s.WallNs)}";
    }

    /// <summary>What is missing of it, and the signals to the process.</summary>
    internal static IEnumerable<string> Notes(ReportShutdown s)
    {
        if (s.BeganBefore)
            yield return "began before the capture: earlier releases and their time are missing";
        if (s.Unfinished)
            yield return "not finished when the capture ended: what came later is missing";
        foreach (ReportSignal signal in s.EarlierSignals.TakeLast(MaxEarlierSignals))
            yield return $"{Sent(signal)}, {Figures.Text(s.StartNs - signal.TimeNs)} earlier: not the cause, the process kept running";
        foreach (ReportSignal signal in s.Signals)
            yield return $"{Sent(signal)} at {(signal.TimeNs == s.StartNs ? "0 s" : Figures.Text(signal.TimeNs - s.StartNs))}";
    }

    private static void Head(StringBuilder text, ReportShutdown s, int width)
    {
        Paragraph.Append(text, Title(s), width, "", "  ");
        foreach (string note in Notes(s))
            Paragraph.Append(text, note, width, "  ", "    ");
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

    /// <summary>What was unmapped, and sums over the devices.</summary>
    internal static IEnumerable<(string Name, string Value, string Remark)> Sums(ReportShutdown s)
    {
        if (s.Unmapped is { } unmapped)
        {
            foreach (var row in UnmappedText.Rows(unmapped))
                yield return row;
        }
        if (s.Devices.IsEmpty)
            yield break;
        yield return (
            "sum of release times", Figures.Text(s.Devices.Sum(d => d.DurationNs)),
            s.PeakConcurrency == 1 ? "one at a time" : $"up to {s.PeakConcurrency} in parallel");
        yield return (
            "sum of reset times", Figures.Text(s.ResetNs),
            Iommu(s) is > 0 and var iommuNs ? $"{Figures.Text(iommuNs)} of it for the IOMMU to block and restore DMA" : "");
        yield return ("sum of lock waits", Figures.Text(s.LockWaitNs), "");
        yield return (
            "best case in parallel", Figures.Text(s.IfParallelNs),
            $"limited by {SerialChain.LimitOf(s.IfParallelNs, s.Devices.Max(d => d.DurationNs - d.LockWaitNs))}");
    }

    private static long Iommu(ReportShutdown s) =>
        s.Devices.Sum(d => d.Resets.Sum(r => r.Parts.Where(p => ResetNames.OfIommu.Contains(p.Step)).Sum(p => p.DurationNs)));

    /// <summary>"0000:04:00.0: not released".</summary>
    internal static string Words(ReportUnreleased device) => $"{device.Bdf}{(device.Name is null ? "" : $" ({device.Name})")}: not released";

    private static string Sent(ReportSignal signal) => ProcessNames.Sent(signal.Name, signal.SenderPid, signal.SenderComm);

    /// <summary>"0000:01:00.0: release in progress for 2.410 s, in reset".</summary>
    internal static string InProgress(ReportUnderWay o, long nowNs)
    {
        string state = OperationNames.States.Find(o.State) is { } known && known.Words() is { Length: > 0 } words ? $", {words}" : "";
        return $"{o.Bdf}: {o.Kind} in progress for {Figures.Text(nowNs - o.StartNs)}{state}" + (o.FailedAttempts.IsEmpty
            ? ""
            : $": {Waterfall.Chain(o.FailedAttempts)}, then {o.ResetMethod} for " +
                $"{Figures.Text(nowNs - o.FailedAttempts[^1].StartNs - o.FailedAttempts[^1].DurationNs)} so far");
    }

    /// <summary>"NVIDIA Corporation GH100 [H100 SXM5 80GB]: all", or the devices.</summary>
    internal static IEnumerable<string> Models(ImmutableArray<ReportDevice> devices) =>
        devices.GroupBy(d => d.Name).Where(g => g.Key is not null)
            .Select(model => $"{model.Key}: {(model.Count() == devices.Length ? "all" : string.Join(", ", model.Select(d => d.Bdf)))}");
}
