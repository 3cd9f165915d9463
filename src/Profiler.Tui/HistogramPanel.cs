using Profiler.Core;
using Profiler.Core.Histograms;

namespace Profiler.Tui;

/// <summary>One histogram: its figures, a bar for each band, and below them when what came.</summary>
internal static class HistogramPanel
{
    private const int LabelWidth = 7;
    private const string Shades = " ·░▒▓█";

    /// <summary>Draws it.</summary>
    /// <param name="series">Whose past is shown.</param>
    public static void Draw(Canvas canvas, Area area, string title, HistogramSnapshot h, IntervalHistory history, Series series)
    {
        if (area.Height <= 0)
            return;
        canvas.Fill(area.X, area.Y, area.Width, ' ', Ink.Inverse);
        canvas.Write(area.X, area.Y, title, Ink.Inverse, area.Right);
        canvas.WriteRight(area.Right, area.Y, $"{h.Count}", Ink.Inverse, area.X + Canvas.Cells(title) + 1);
        if (h.Count == 0)
        {
            canvas.Write(area.X, area.Y + 1, area.Height > 1 ? "none yet" : "", Ink.Faint, area.Right);
            return;
        }
        (string first, string second) = Summary(h);
        if (area.Height > 1)
            canvas.Write(area.X, area.Y + 1, first, Ink.Plain, area.Right);
        if (area.Height > 2)
            canvas.Write(area.X, area.Y + 2, second, h.HasPercentiles ? Ink.Plain : Ink.Faint, area.Right);
        Area rest = area.Below(3);
        (int from, int last) = Bands.Range(h);
        int bands = last - from + 1, bars = Math.Min(bands, Math.Max(1, rest.Height / 2));
        Bars(canvas, rest.Top(bars), h, last);
        Heat(canvas, rest.Below(bars), history, series, from, last);
    }

    private static (string First, string Second) Summary(HistogramSnapshot h) =>
        h.Percentile(0.5) is { } p50 && h.Percentile(0.9) is { } p90 && h.Percentile(0.99) is { } p99
            ? ($"p50 {Figures.Text(p50)}  p90 {Figures.Text(p90)}", $"p99 {Figures.Text(p99)}  max {Figures.Text(h.MaxNs)}")
            : ($"mean {Figures.Text(h.MeanNs)}  max {Figures.Text(h.MaxNs)}", $"percentiles need {HistogramSnapshot.MinimumSamples} values");

    // The longest at the top: where there is no room for all, the shortest are left out.
    private static void Bars(Canvas canvas, Area area, HistogramSnapshot h, int last)
    {
        long most = 1;
        for (int band = 0; band <= last; band++)
            most = Math.Max(most, Bands.In(h, band));
        for (int i = 0; i < area.Height; i++)
        {
            int band = last - i;
            long count = Bands.In(h, band);
            string figure = $"{count}";
            canvas.WriteRight(area.X + LabelWidth - 1, area.Y + i, Bands.NameOf(band), Ink.Faint, area.X);
            int room = Math.Max(1, area.Width - LabelWidth - figure.Length - 1);
            int cells = count == 0 ? 0 : Math.Max(1, (int)(room * count / most));
            canvas.Fill(area.X + LabelWidth, area.Y + i, cells, '█', Ink.Resetting);
            if (count > 0)
                canvas.Write(area.X + LabelWidth + cells + 1, area.Y + i, figure, Ink.Plain, area.Right);
        }
    }

    private static void Heat(Canvas canvas, Area area, IntervalHistory history, Series series, int first, int last)
    {
        if (area.Height < 2)
            return;
        int columns = Math.Min(IntervalHistory.Columns, area.Width - LabelWidth);
        canvas.Write(area.X, area.Y, $"in each of the last {columns} s", Ink.Faint, area.Right);
        area = area.Below(1).Top(last - first + 1);
        int most = 1;
        for (int band = first; band <= last; band++)
        {
            for (int ago = 0; ago < columns; ago++)
                most = Math.Max(most, history.Count(series, band, ago));
        }
        for (int i = 0; i < area.Height; i++)
        {
            canvas.WriteRight(area.X + LabelWidth - 1, area.Y + i, Bands.NameOf(last - i), Ink.Faint, area.X);
            for (int ago = 0; ago < columns; ago++)
            {
                int count = history.Count(series, last - i, ago);
                canvas.Fill(area.Right - 1 - ago, area.Y + i, 1, Shade(count, most), Ink.Waiting);
            }
        }
    }

    // Anything at all is seen; the most is full.
    private static char Shade(int count, int most) =>
        count == 0 ? Shades[0] : Shades[Math.Max(1, (Shades.Length - 1) * count / most)];
}
