using System.Collections.Immutable;
using System.Text;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report;

/// <summary>The devices of a shutdown or start, one per line, with a bar that shows when each was released or opened.</summary>
internal static class Waterfall
{
    private const int MinBar = 10, MaxBar = 60;

    // Of a long chain of holders the first and the last ones are shown.
    private const int ShownAtEachEnd = 2;

    /// <param name="text">Is appended to.</param>
    /// <param name="devices">The releases or opens.</param>
    /// <param name="what">"release" or "open".</param>
    /// <param name="time">Of the shutdown or start.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static void Render(StringBuilder text, ImmutableArray<ReportDevice> devices, string what, Interval time, int width)
    {
        var table = new TextTable(
            2, 2, new("device", Left: true), new("start"), new(what), new("lock wait"), new("reset"), new("method", Left: true));
        foreach (ReportDevice d in devices)
        {
            table.Add(
                d.Bdf, $"{(d.StartNs - time.StartNs) / 1e9:0.000} s", Seconds(d.DurationNs), Seconds(d.LockWaitNs), Seconds(d.ResetNs),
                d.ResetMethod ?? "-");
        }
        IReadOnlyList<string> lines = table.Lines(width, titles: true);
        int left = lines.Max(l => l.Length), bar = Math.Min(MaxBar, width - left - 4);
        string end = Figures.Text(time.DurationNs);
        bool bars = bar >= MinBar;
        text.Append(bars ? $"{lines[0].PadRight(left)}  |0 s{end.PadLeft(bar - 3)}|" : lines[0]).Append('\n');
        for (int i = 0; i < devices.Length; i++)
        {
            text.Append(bars ? $"{lines[i + 1].PadRight(left)}  |{Bar(devices[i], time, bar)}|" : lines[i + 1]).Append('\n');
            Details(text, devices[i], width);
        }
        if (bars)
            text.Append($"  . waiting for a lock   # in reset   = rest of the {what}\n");
    }

    /// <summary>
    /// Each lock that a device waited for, and its holders one after another; the methods of resets that needed more than one, and why one was
    /// left out.
    /// </summary>
    public static void Details(StringBuilder text, ReportDevice d, int width)
    {
        if (d.Error is { } error)
            text.Append($"    failed: {error}\n");
        if (d.ClosedBy is { } other)
            Paragraph.Append(text, Words(d, other), width, "    ", "      ");
        Waits(text, d, width);
        foreach (ReportReset reset in d.Resets.Where(r => r.Attempts.Length > 1))
            Paragraph.Append(text, $"reset: {Chain(reset.Attempts)}", width, "    ", "      ");
        foreach (ReportTriedLock tried in d.TriedLocks ?? [])
            Paragraph.Append(text, $"a reset was left out: {Words(tried)}", width, "    ", "      ");
    }

    /// <summary>"flr timed out after 60.123 s, then bus 1.052 s".</summary>
    public static string Chain(ImmutableArray<ReportResetAttempt> attempts) =>
        ResetChainText.Of(attempts.Select(a => (a.Method, a.DurationNs, a.Result)));

    private static void Waits(StringBuilder text, ReportDevice d, int width)
    {
        foreach (IGrouping<(string Lock, string LockKind, bool? AsWriter), ReportHolder> chain in d.Holders.GroupBy(h => (h.Lock, h.LockKind, h.AsWriter)))
        {
            ImmutableArray<ReportHolder> holders = [.. chain];
            text.Append($"    waited {Figures.Text(holders.Sum(h => h.Ns))} for {LockLabel(chain.Key.LockKind, chain.Key.Lock)}{As(chain.Key.AsWriter)}, held by\n");
            bool all = holders.Length <= 2 * ShownAtEachEnd + 1;
            foreach (ReportHolder holder in all ? holders : holders.Take(ShownAtEachEnd))
                Line(text, holder.Ns, Words(holder), width);
            if (all)
                continue;
            ImmutableArray<ReportHolder> between = [.. holders.Skip(ShownAtEachEnd).SkipLast(ShownAtEachEnd)];
            Line(
                text, between.Sum(h => h.Ns),
                $"{between.Length} more holders, {Figures.Count(between.Select(h => h.Bdf).Distinct().Count(), "device")}", width);
            foreach (ReportHolder holder in holders.TakeLast(ShownAtEachEnd))
                Line(text, holder.Ns, Words(holder), width);
        }
    }

    /// <summary>"closed last by kworker/0:1 (pid 33), a thread of the kernel, 8.20 ms after the death of the process".</summary>
    public static string Words(ReportDevice d, ReportClosedBy other) =>
        $"closed last by {ProcessNames.Of(d.Pid, d.Comm, d.Vm)}" + (other.KernelThread ? ", a thread of the kernel" : "") +
        (other.OwnerKnown ? "" : ": it is not known which process had it") +
        (other.AfterDeathNs is { } ns ? $", {Figures.Text(ns)} after the death of the process" : "");

    /// <summary>"dev_set lock 1".</summary>
    public static string LockLabel(string kind, string name) => LockKindNames.Table.Find(kind)?.Label(name) ?? name;

    /// <summary>" as writer".</summary>
    public static string As(bool? writer) => writer switch
    {
        null => "",
        true => " as writer",
        false => " as reader",
    };

    /// <summary>"qemu (pid 100), tid 101, for 0000:01:00.0, 1.000 s of it in reset".</summary>
    public static string Words(ReportHolder holder) =>
        (holder is { Pid: { } pid, Comm: { } comm }
            ? $"{ProcessNames.Of(pid, comm, holder.Vm)}, tid {holder.Tid}"
            : holder.AsWriter is null ? "no holder, the kernel was handing the lock over"
            : "readers, or another writer: not known") +
        (holder.Bdf is null ? "" : $", for {holder.Bdf}") +
        (holder.ResetNs > 0 ? $", {Figures.Text(holder.ResetNs)} of it in reset" : "");

    /// <summary>Whose lock a reset did not get, and who held it.</summary>
    public static string Words(ReportTriedLock tried) => TriedLockText.Of(
        tried.Bdf, tried is { Pid: { } pid, Comm: { } comm } ? ProcessNames.Of(pid, comm, tried.Vm) : null, tried.HolderBdf);

    private static void Line(StringBuilder text, long ns, string words, int width) =>
        Paragraph.Append(text, words, width, $"      {Figures.Text(ns),9}  ", new string(' ', 19));

    // A cell of the bar shows what fills most of its time.
    private static string Bar(ReportDevice d, Interval time, int width)
    {
        var axis = new TimeAxis(time.StartNs, time.EndNs, width);
        char[] bar = [.. Enumerable.Repeat(' ', width)];
        void Fill(long startNs, long durationNs, char with)
        {
            (int first, int count) = axis.CellsOf(startNs, startNs + durationNs);
            Array.Fill(bar, with, first, count);
        }
        Fill(d.StartNs, d.DurationNs, '=');
        foreach (ReportLockWait wait in d.LockWaits.Where(w => axis.Shows(w.DurationNs)))
            Fill(wait.StartNs, wait.DurationNs, '.');
        foreach (ReportReset reset in d.Resets)
            Fill(reset.StartNs, reset.DurationNs, '#');
        return new string(bar);
    }

    private static string Seconds(long ns) => ns == 0 ? "-" : $"{ns / 1e9:0.000} s";
}
