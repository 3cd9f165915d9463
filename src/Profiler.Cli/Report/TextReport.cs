using System.Collections.Immutable;
using System.Text;

namespace Profiler.Cli.Report;

/// <summary>The report for people: plain text that survives a mail.</summary>
internal static class TextReport
{
    private const int Width = 100;

    public static string Render(ReportDocument report)
    {
        var text = new StringBuilder();
        Head(text, report);
        if (report.Shutdowns.IsEmpty)
            text.Append("\nNo device was released.\n");
        foreach (ReportShutdown shutdown in report.Shutdowns)
            Shutdown(text, shutdown);
        if (report.Shutdowns.Length > 1)
            Together(text, report.Releases);
        HeldUp(text, report);
        Histograms(text, report.Histograms);
        Probes(text, report.Capture);
        return text.ToString();
    }

    private static void Head(StringBuilder text, ReportDocument report)
    {
        ReportCapture capture = report.Capture;
        text.Append($"{report.Host.Hostname}, kernel {report.Host.Kernel}, ")
            .Append($"{capture.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {Figures.Text(capture.DurationNs)} recorded\n")
            .Append(Figures.Count(capture.EventsReceived, "event"));
        text.Append(capture.EventsLost switch
        {
            null => "; THE RECORDING WAS CUT SHORT: what it lost is not known, and its end is missing\n",
            0 => ", none lost\n",
            long lost => $", {lost} LOST (the ring buffer was full): times and counts below may be wrong; record with a larger --buffer\n",
        });
        if (capture.EventsUnmatched > 0)
            text.Append($"{capture.EventsUnmatched} events without their partner: under way when the recording began or ended, or lost\n");
    }

    private static void Shutdown(StringBuilder text, ReportShutdown s)
    {
        string name = s.Vm is null ? $"{s.Comm} (pid {s.Pid})" : $"{s.Vm} ({s.Comm}, pid {s.Pid})";
        string why = s.Trigger switch
        {
            "exit" => "exit",
            "close" => "closed its devices",
            "unknown" => "exit (signals were not watched)",
            _ => s.Trigger,
        };
        text.Append($"\n{name}: {why}, {Figures.Count(s.Devices.Length, "device")} released in {Figures.Text(s.WallNs)}\n");
        foreach (ReportSignal signal in s.Signals)
            text.Append($"  {signal.Name} from {signal.SenderComm} (pid {signal.SenderPid}) at {Figures.Text(signal.TimeNs - s.StartNs)}\n");
        text.Append('\n');
        foreach ((string phase, string words) in PhaseWords)
            Phase(text, words, s.Phases[phase], s);
        Phase(text, "not attributed", s.UnattributedNs, s, s.UnattributedNs > 0.02 * s.WallNs ? "MORE THAN IT SHOULD BE" : null);
        text.Append('\n');
        text.Append($"  {"releases",-47} {Figures.Text(s.Devices.Sum(d => d.DurationNs)),9}   summed over the devices, {Concurrency(s)}\n");
        text.Append($"  {"in resets",-47} {Figures.Text(s.ResetNs),9}   summed over the devices\n")
            .Append($"  {"waiting for locks",-47} {Figures.Text(s.LockWaitNs),9}   summed over the devices\n")
            .Append($"  {"the longest chain that must be serial",-47} {Figures.Text(s.IfParallelNs),9}   the releases, if they ran in parallel\n\n");
        Waterfall.Render(text, s);
        FailedResets(text, s);
        Findings(text, s.Findings);
    }

    private static void FailedResets(StringBuilder text, ReportShutdown s)
    {
        foreach (var failed in s.Devices.SelectMany(d => d.Resets).Where(r => r.Result != 0).GroupBy(r => r.Result))
            text.Append($"  {failed.Count()} of {Figures.Count(s.Devices.Sum(d => d.Resets.Length), "reset")} returned ")
                .Append($"{ErrorName(failed.Key)}: the kernel does not count on the device having been reset\n");
    }

    // The ones resets fail with; strerror's words ("Inappropriate ioctl for device") would only puzzle.
    private static string ErrorName(int result) => result switch
    {
        -5 => "EIO",
        -11 => "EAGAIN",
        -16 => "EBUSY",
        -22 => "EINVAL",
        -25 => "ENOTTY",
        -110 => "ETIMEDOUT",
        _ => $"{result}",
    };

    // In the order in which they usually come.
    private static readonly IReadOnlyList<(string Phase, string Words)> PhaseWords =
    [
        ("process_ns", "the process itself, until it exits"),
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

    private static void Phase(StringBuilder text, string name, long ns, ReportShutdown s, string? remark = null)
    {
        if (ns > 0)
            text.Append($"  {name,-47} {Figures.Text(ns),9}   {(remark is null ? "" : remark + ", ")}{Share(ns, s.WallNs)}\n");
    }

    private static string Concurrency(ReportShutdown s) =>
        s.PeakConcurrency == 1 ? "one at a time" : $"up to {s.PeakConcurrency} at a time";

    private static void Together(StringBuilder text, ReportReleases r)
    {
        text.Append($"\nAll together: {Figures.Count(r.Count, "release")} in {Figures.Text(r.WallNs)}, up to {r.PeakConcurrency} at a time\n");
        Findings(text, r.Findings);
    }

    private static void Findings(StringBuilder text, ImmutableArray<ReportFinding> findings)
    {
        foreach (ReportFinding finding in findings)
            text.Append($"\n  {string.Join("\n    ", Wrap($"{finding.Id}: {finding.Text}"))}\n");
    }

    private static IEnumerable<string> Wrap(string text)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            if (line.Length + word.Length >= Width)
            {
                yield return line.ToString();
                line.Clear();
            }
            line.Append(line.Length == 0 ? "" : " ").Append(word);
        }
        yield return line.ToString();
    }

    private static void HeldUp(StringBuilder text, ReportDocument report)
    {
        foreach (ReportDevice open in report.Opens.Where(o => o.LockWaitNs > 0))
        {
            text.Append($"\nOpening {open.Bdf} (pid {open.Pid}) took {Figures.Text(open.DurationNs)}, ")
                .Append($"{Figures.Text(open.LockWaitNs)} of it waiting\n");
            Waterfall.Holders(text, open);
        }
    }

    private static void Histograms(StringBuilder text, ReportHistograms h)
    {
        var rows = new List<(string Name, ReportHistogram Values)> { ("shutdown", h.Shutdown), ("release", h.Release) };
        rows.AddRange(h.ResetByMethod.Select(r => ($"reset ({r.Key})", r.Value)));
        rows.Add(("lock wait", h.LockWait));
        rows.Add(("open", h.Open));
        if (rows.All(r => r.Values.Count == 0))
            return;
        text.Append($"\n{"all of the recording",-22} {"count",6} {"p50",9} {"p90",9} {"p99",9} {"max",9} {"sum",9}\n");
        foreach ((string name, ReportHistogram v) in rows.Where(r => r.Values.Count > 0))
            text.Append($"{name,-22} {v.Count,6} {Figures.Text(v.P50Ns),9} {Figures.Text(v.P90Ns),9} ")
                .Append($"{Figures.Text(v.P99Ns),9} {Figures.Text(v.MaxNs),9} {Figures.Text(v.SumNs),9}\n");
    }

    private static void Probes(StringBuilder text, ReportCapture capture)
    {
        ImmutableArray<ReportProbe> attached = [.. capture.Probes.Where(p => p.Attached)];
        text.Append($"\n{attached.Length} of {capture.Probes.Length} probes attached (");
        text.AppendJoin(", ", attached.GroupBy(p => p.Attach).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}"));
        text.Append(")\n");
        foreach (ReportProbe missing in capture.Probes.Where(p => !p.Attached))
            text.Append($"  not watched: {missing.Name}: {missing.Reason}\n");
        foreach (ReportProbe probe in capture.Probes.Where(p => p.Missed > 0))
            text.Append($"  {probe.Name} MISSED {probe.Missed} times: the kernel could not run it, the figures are too low\n");
    }

    private static string Share(long part, long whole) => whole == 0 ? "" : $"{100.0 * part / whole:0.0} %";
}
