using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>A shutdown's devices, one a line, each with a bar where its release was.</summary>
internal static class Waterfall
{
    private const int BarWidth = 40;

    // Of a long chain of holders the first and the last ones are told.
    private const int ToldAtEachEnd = 2;

    public static void Render(StringBuilder text, ReportShutdown s)
    {
        text.Append($"  {"device",-13} {"start",8} {"release",8} {"lock",8} {"reset",8} {"method",-8} 0 s")
            .Append($"{Figures.Text(s.WallNs),BarWidth - 2}\n");
        foreach (ReportDevice d in s.Devices)
        {
            text.Append($"  {d.Bdf,-13} {(d.StartNs - s.StartNs) / 1e9,8:0.000} {Seconds(d.DurationNs),8} {Seconds(d.LockWaitNs),8} ")
                .Append($"{Seconds(d.ResetNs),8} {d.ResetMethod ?? "-",-8} |{Bar(d, s)}|\n");
            Waits(text, d);
        }
        text.Append("  . waiting for a lock   # in reset   = the rest of the release\n");
    }

    /// <summary>Whom a device waited for: each lock, and who had it one after another.</summary>
    public static void Waits(StringBuilder text, ReportDevice d)
    {
        foreach (IGrouping<(string Lock, string LockKind), ReportHolder> chain in d.Holders.GroupBy(h => (h.Lock, h.LockKind)))
        {
            ImmutableArray<ReportHolder> holders = [.. chain];
            text.Append($"    waited {Figures.Text(holders.Sum(h => h.Ns))} for {LockName(chain.Key.LockKind, chain.Key.Lock)}, held by\n");
            bool all = holders.Length <= 2 * ToldAtEachEnd + 1;
            foreach (ReportHolder holder in all ? holders : holders.Take(ToldAtEachEnd))
                Holder(text, holder);
            if (all)
                continue;
            ImmutableArray<ReportHolder> between = [.. holders.Skip(ToldAtEachEnd).SkipLast(ToldAtEachEnd)];
            text.Append($"      {Figures.Text(between.Sum(h => h.Ns)),9}  {between.Length} others, at {between.Select(h => h.Bdf).Distinct().Count()} devices\n");
            foreach (ReportHolder holder in holders.TakeLast(ToldAtEachEnd))
                Holder(text, holder);
        }
    }

    /// <summary>"dev_set lock 1", "IOMMU group lock 2", "lock 3".</summary>
    public static string LockName(string kind, string name) => kind switch
    {
        "dev_set" => $"dev_set {name}",
        "group" => $"IOMMU group {name}",
        _ => name,
    };

    private static void Holder(StringBuilder text, ReportHolder holder)
    {
        text.Append($"      {Figures.Text(holder.Ns),9}  ");
        if (holder is { Pid: { } pid, Comm: { } comm })
            text.Append(ShutdownText.Name(pid, comm, holder.Vm)).Append($", tid {holder.Tid}");
        else
            text.Append("nobody: it was being handed over");
        if (holder.Bdf is not null)
            text.Append($", at {holder.Bdf}");
        if (holder.ResetNs > 0)
            text.Append($", {Figures.Text(holder.ResetNs)} of it in reset");
        text.Append('\n');
    }

    // What fills most of a cell's time is what it shows.
    private static string Bar(ReportDevice d, ReportShutdown s)
    {
        double scale = Math.Max(1, s.WallNs) / (double)BarWidth;
        int Cell(long ns) => (int)Math.Clamp((ns - s.StartNs) / scale, 0, BarWidth - 1);
        char[] bar = [.. Enumerable.Repeat(' ', BarWidth)];
        void Fill(long startNs, long durationNs, char with)
        {
            int from = Cell(startNs), to = Cell(startNs + durationNs - 1);
            Array.Fill(bar, with, from, to - from + 1);
        }
        Fill(d.StartNs, d.DurationNs, '=');
        // Below a cell's width a wait is not what the cell shows.
        foreach (ReportLockWait wait in d.LockWaits.Where(w => w.DurationNs >= scale / 2))
            Fill(wait.StartNs, wait.DurationNs, '.');
        foreach (ReportReset reset in d.Resets)
            Fill(reset.StartNs, reset.DurationNs, '#');
        return new string(bar);
    }

    private static string Seconds(long ns) => ns == 0 ? "-" : $"{ns / 1e9:0.000}";
}
