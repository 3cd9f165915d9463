using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>One shutdown for people: where the time went, device by device, and why.</summary>
public static class ShutdownText
{
    private const int NameWidth = 32;

    // What is not in a phase may be this much of the whole before it is called too much.
    private const double TooMuchUnattributed = 0.02;
    private const long WorthAWordNs = 10_000_000;

    private const int MaxEarlierSignals = 3;

    // In the order in which they usually come.
    private static readonly IReadOnlyList<(string Phase, string Words)> Phases =
    [
        ("process_ns", "process in user space"),
        ("memory_ns", "freeing its memory"),
        ("reset_ns", "device reset"),
        ("power_ns", "device power state"),
        ("release_ns", "rest of device release"),
        ("open_ns", "rest of device open"),
        ("lock_wait_ns", "waiting for locks"),
        ("iommu_ns", "IOMMU unmap and unpin"),
        ("kvm_ns", "KVM teardown"),
        ("files_ns", "closing other files"),
        ("reaping_ns", "zombie, waiting for its parent"),
    ];

    /// <param name="text">Where it goes.</param>
    /// <param name="s">The shutdown.</param>
    /// <param name="width">Columns; sentences are broken to fit, tables are as wide as they are.</param>
    public static void Render(StringBuilder text, ReportShutdown s, int width)
    {
        string released = s.Devices.IsEmpty ? "no device" : Figures.Count(s.Devices.Length, "device");
        bool whole = !s.BeganBefore && !s.Unfinished;
        text.Append($"{Name(s.Pid, s.Comm, s.Vm)}: {Why(s.Trigger)}, {released} released in {(whole ? "" : "at least ")}{Figures.Text(s.WallNs)}\n");
        if (s.BeganBefore)
            text.Append("  BEGAN BEFORE THE CAPTURE: devices released before, and the time until then, are missing\n");
        if (s.Unfinished)
            text.Append("  NOT OVER WHEN THE CAPTURE ENDED: what came after is missing\n");
        foreach (ReportSignal signal in s.EarlierSignals.TakeLast(MaxEarlierSignals))
            text.Append($"  {Sent(signal)} {Figures.Text(s.StartNs - signal.TimeNs)} before: not the cause, the process went on\n");
        foreach (ReportSignal signal in s.Signals)
            text.Append($"  {Sent(signal)} at {Figures.Text(signal.TimeNs - s.StartNs)}\n");
        text.Append('\n');
        foreach ((string phase, string words) in Phases)
            Phase(text, words, s.Phases[phase], s.WallNs, "");
        Phase(text, "not attributed", s.UnattributedNs, s.WallNs,
            s.UnattributedNs > TooMuchUnattributed * s.WallNs && s.UnattributedNs > WorthAWordNs ? "  unexpectedly high" : "");
        if (!s.Devices.IsEmpty)
        {
            string atOnce = s.PeakConcurrency == 1 ? "one at a time" : $"up to {s.PeakConcurrency} at a time";
            text.Append('\n');
            Line(text, "sum of release times", s.Devices.Sum(d => d.DurationNs), atOnce);
            Line(text, "sum of reset times", s.ResetNs, "");
            Line(text, "sum of lock waits", s.LockWaitNs, "");
            Line(text, "best case in parallel", s.IfParallelNs, "limited by shared locks");
            text.Append('\n');
            Waterfall.Render(text, s);
            Models(text, s.Devices, width);
        }
        foreach (ReportUnderWay o in s.UnderWay)
            text.Append($"  {o.Bdf}: {o.Kind} not over after {Figures.Text(s.StartNs + s.WallNs - o.StartNs)}{Doing(o.State)}\n");
        foreach (ReportUnreleased device in s.Unreleased)
            text.Append($"  {device.Bdf}{(device.Name is null ? "" : $" ({device.Name})")}: NOT RELEASED\n");
        Findings(text, s.Findings, width);
    }

    /// <summary>The same, line by line.</summary>
    public static IReadOnlyList<string> Lines(ReportShutdown s, int width)
    {
        var text = new StringBuilder();
        Render(text, s, width);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    /// <summary>"serial_exit: what was seen", and what would help.</summary>
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

    /// <summary>"gpu-a (qemu, pid 7)", or "qemu (pid 7)".</summary>
    public static string Name(int pid, string comm, string? vm) => vm is null ? $"{comm} (pid {pid})" : $"{vm} ({comm}, pid {pid})";

    private static string Why(string trigger) => trigger switch
    {
        "close" => "closed its devices",
        "unknown" => "exit (cause not seen)",
        "signal" => "killed by a signal",
        _ => trigger,
    };

    private static string Sent(ReportSignal signal) => $"{signal.Name} from {signal.SenderComm} (pid {signal.SenderPid})";

    private static string Doing(string state) => state switch
    {
        "resetting" => ", in reset",
        "waiting_for_lock" => ", waiting for a lock",
        _ => "",
    };

    private static void Phase(StringBuilder text, string name, long ns, long wallNs, string remark)
    {
        if (ns > 0)
            Line(text, name, ns, $"{100.0 * ns / wallNs,5:0.0} %{remark}");
    }

    private static void Line(StringBuilder text, string name, long ns, string remark) =>
        text.Append($"  {name.PadRight(NameWidth)} {Figures.Text(ns),9}   {remark}".TrimEnd()).Append('\n');

    private static void Models(StringBuilder text, ImmutableArray<ReportDevice> devices, int width)
    {
        foreach (IGrouping<string?, ReportDevice> model in devices.GroupBy(d => d.Name).Where(g => g.Key is not null))
        {
            string where = model.Count() == devices.Length ? "all" : string.Join(", ", model.Select(d => d.Bdf));
            Paragraph.Append(text, $"{model.Key}: {where}", width, "  ", "    ");
        }
    }
}
