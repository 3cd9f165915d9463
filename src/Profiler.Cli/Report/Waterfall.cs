using System.Text;

namespace Profiler.Cli.Report;

/// <summary>A shutdown's devices, one a line, each with a bar where its release was.</summary>
internal static class Waterfall
{
    private const int BarWidth = 40;

    public static void Render(StringBuilder text, ReportShutdown s)
    {
        text.Append($"  {"device",-13} {"start",8} {"release",8} {"lock",8} {"reset",8} {"method",-8} 0 s")
            .Append($"{Figures.Text(s.WallNs),BarWidth - 2}\n");
        foreach (ReportDevice d in s.Devices)
        {
            text.Append($"  {d.Bdf,-13} {(d.StartNs - s.StartNs) / 1e9,8:0.000} {Seconds(d.DurationNs),8} {Seconds(d.LockWaitNs),8} ")
                .Append($"{Seconds(d.ResetNs),8} {d.ResetMethod ?? "-",-8} |{Bar(d, s)}|\n");
            Holders(text, d);
        }
        text.Append("  . waiting for a lock   # in reset   = the rest of the release\n");
    }

    /// <summary>Whom a device waited for, one a line.</summary>
    public static void Holders(StringBuilder text, ReportDevice d)
    {
        foreach (ReportHolder holder in d.Holders)
            text.Append($"    waited {Figures.Text(holder.Ns)} for {holder.Comm ?? "a lock being handed over"}")
                .Append(holder.Tid is null ? "" : $" (pid {holder.Pid}, tid {holder.Tid})")
                .Append(holder.Bdf is null ? "\n" : $", at {holder.Bdf}\n");
    }

    // What fills most of a cell's time is what it shows.
    private static string Bar(ReportDevice d, ReportShutdown s)
    {
        double scale = Math.Max(1, s.WallNs) / (double)BarWidth;
        int Cell(long ns) => Math.Clamp((int)((ns - s.StartNs) / scale), 0, BarWidth - 1);
        char[] bar = [.. Enumerable.Repeat(' ', BarWidth)];
        int first = Cell(d.StartNs), last = Cell(d.StartNs + d.DurationNs - 1);
        Array.Fill(bar, '=', first, last - first + 1);
        int waited = (int)Math.Round(d.LockWaitNs / scale);
        Array.Fill(bar, '.', first, Math.Min(waited, last - first + 1));
        foreach (ReportReset reset in d.Resets)
        {
            int from = Cell(reset.StartNs), to = Cell(reset.StartNs + reset.DurationNs - 1);
            Array.Fill(bar, '#', from, to - from + 1);
        }
        return new string(bar);
    }

    private static string Seconds(long ns) => ns == 0 ? "-" : $"{ns / 1e9:0.000}";
}
