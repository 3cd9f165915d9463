using Profiler.Core;
using Profiler.Core.Histograms;

namespace Profiler.Tui.Drawing;

/// <summary>One histogram: its figures, a bar per bucket, and a heat map over time below.</summary>
internal static class HistogramPanel
{
    private const int LabelWidth = 7;
    private const string Shades = " ·░▒▓█";

    /// <summary>Draws the panel.</summary>
    /// <param name="series">Series of the history to draw.</param>
    public static void Draw(Canvas canvas, Area area, string title, HistogramSnapshot h, IntervalHistory history, Series series)
    {
        if (area.Height <= 0)
            return;
        canvas.Fill(area.X, area.Y, area.Width, ' ', Style.Heading);
        canvas.Write(area.X, area.Y, title, Style.Heading, area.Right);
        canvas.WriteRight(area.Right, area.Y, $"{h.Count}", Style.Heading, area.X + Canvas.Cells(title) + 1);
        if (h.Count == 0)
        {
            canvas.Write(area.X, area.Y + 1, area.Height > 1 ? "none yet" : "", Style.Faint, area.Right);
            return;
        }
        (string first, string second) = Summary(h);
        if (area.Height > 1)
            canvas.Write(area.X, area.Y + 1, first, Style.Plain, area.Right);
        if (area.Height > 2)
            canvas.Write(area.X, area.Y + 2, second, h.HasPercentiles ? Style.Plain : Style.Faint, area.Right);
        Area rest = area.Below(3);
        (int from, int last) = Buckets.Range(h);
        int buckets = last - from + 1, bars = Math.Min(buckets, Math.Max(1, rest.Height / 2));
        Bars(canvas, rest.Top(bars), h, last);
        Heat(canvas, rest.Below(bars), history, series, from, last);
    }

    private static (string First, string Second) Summary(HistogramSnapshot h) =>
        h.Percentile(0.5) is { } p50 && h.Percentile(0.9) is { } p90 && h.Percentile(0.99) is { } p99
            ? ($"p50 {Figures.Text(p50)}  p90 {Figures.Text(p90)}", $"p99 {Figures.Text(p99)}  max {Figures.Text(h.MaxNs)}")
            : ($"mean {Figures.Text(h.MeanNs)}  max {Figures.Text(h.MaxNs)}", $"percentiles need {HistogramSnapshot.MinimumSamples} values");

    // Longest durations at the top: if space is short, the shortest are left out.
    private static void Bars(Canvas canvas, Area area, HistogramSnapshot h, int last)
    {
        long most = 1;
        for (int bucket = 0; bucket <= last; bucket++)
            most = Math.Max(most, Buckets.In(h, bucket));
        for (int i = 0; i < area.Height; i++)
        {
            int bucket = last - i;
            long count = Buckets.In(h, bucket);
            string figure = $"{count}";
            canvas.WriteRight(area.X + LabelWidth - 1, area.Y + i, Buckets.NameOf(bucket), Style.Faint, area.X);
            int room = Math.Max(1, area.Width - LabelWidth - figure.Length - 1);
            int cells = count == 0 ? 0 : Math.Max(1, (int)(room * count / most));
            canvas.Fill(area.X + LabelWidth, area.Y + i, cells, '█', Style.Reset);
            if (count > 0)
                canvas.Write(area.X + LabelWidth + cells + 1, area.Y + i, figure, Style.Plain, area.Right);
        }
    }

    private static void Heat(Canvas canvas, Area area, IntervalHistory history, Series series, int first, int last)
    {
        if (area.Height < 2)
            return;
        int columns = Math.Min(IntervalHistory.Columns, area.Width - LabelWidth);
        canvas.Write(area.X, area.Y, $"in each of the last {columns} s", Style.Faint, area.Right);
        area = area.Below(1).Top(last - first + 1);
        int most = 1;
        for (int bucket = first; bucket <= last; bucket++)
        {
            for (int ago = 0; ago < columns; ago++)
                most = Math.Max(most, history.Count(series, bucket, ago));
        }
        for (int i = 0; i < area.Height; i++)
        {
            canvas.WriteRight(area.X + LabelWidth - 1, area.Y + i, Buckets.NameOf(last - i), Style.Faint, area.X);
            for (int ago = 0; ago < columns; ago++)
            {
                int count = history.Count(series, last - i, ago);
                canvas.Fill(area.Right - 1 - ago, area.Y + i, 1, Shade(count, most), Style.Waiting);
            }
        }
    }

    // A count above 0 is always visible; the maximum is a full block.
    private static char Shade(int count, int most) =>
        count == 0 ? Shades[0] : Shades[Math.Max(1, (Shades.Length - 1) * count / most)];
}
