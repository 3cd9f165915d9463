using System.Collections.Immutable;
using System.Text;

namespace Profiler.Cli.Report;

/// <summary>One shutdown for people: where the time went, device by device, and why.</summary>
internal static class ShutdownText
{
    private const int NameWidth = 47;

    // What is not in a phase may be this much of the whole before it is called too much.
    private const double TooMuchUnattributed = 0.02;
    private const long WorthAWordNs = 10_000_000;

    // In the order in which they usually come.
    private static readonly IReadOnlyList<(string Phase, string Words)> Phases =
    [
        ("process_ns", "the process itself, in user space"),
        ("memory_ns", "its memory is given back"),
        ("reset_ns", "devices are reset"),
        ("power_ns", "devices change their power state"),
        ("release_ns", "devices are released, other than that"),
        ("lock_wait_ns", "waiting for locks, and nothing else"),
        ("iommu_ns", "the IOMMU unmaps, pages are unpinned"),
        ("kvm_ns", "KVM lets go of the machine"),
        ("files_ns", "other files are closed"),
        ("reaping_ns", "dead, but not yet reaped by its parent"),
    ];

    /// <param name="text">Where it goes.</param>
    /// <param name="s">The shutdown.</param>
    /// <param name="width">Columns; sentences are broken to fit, tables are as wide as they are.</param>
    public static void Render(StringBuilder text, ReportShutdown s, int width)
    {
        string released = s.Devices.IsEmpty ? "no device" : Figures.Count(s.Devices.Length, "device");
        text.Append($"{Name(s.Pid, s.Comm, s.Vm)}: {Why(s.Trigger)}, {released} released in {Figures.Text(s.WallNs)}\n");
        foreach (ReportSignal signal in s.Signals)
            text.Append($"  {signal.Name} from {signal.SenderComm} (pid {signal.SenderPid}) at {Figures.Text(signal.TimeNs - s.StartNs)}\n");
        text.Append('\n');
        foreach ((string phase, string words) in Phases)
            Phase(text, words, s.Phases[phase], s.WallNs, "");
        Phase(text, "not attributed", s.UnattributedNs, s.WallNs,
            s.UnattributedNs > TooMuchUnattributed * s.WallNs && s.UnattributedNs > WorthAWordNs ? "  MORE THAN THERE SHOULD BE" : "");
        if (!s.Devices.IsEmpty)
        {
            string atOnce = s.PeakConcurrency == 1 ? "one at a time" : $"up to {s.PeakConcurrency} at a time";
            text.Append('\n');
            Line(text, "all releases, summed", s.Devices.Sum(d => d.DurationNs), atOnce);
            Line(text, "their resets, summed", s.ResetNs, "");
            Line(text, "their waits for locks, summed", s.LockWaitNs, "");
            Line(text, "if all went at once that can", s.IfParallelNs, "the longest chain of devices that must wait for each other");
            text.Append('\n');
            Waterfall.Render(text, s);
            Models(text, s.Devices, width);
        }
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
        "unknown" => "exit (signals were not watched)",
        _ => trigger,
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
