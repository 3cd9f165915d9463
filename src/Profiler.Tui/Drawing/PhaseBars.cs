using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Tui.Drawing;

/// <summary>Time of a shutdown by phase: a bar per phase, coloured by share.</summary>
internal static class PhaseBars
{
    private const int NameWidth = 30, TimeWidth = 9, ShareWidth = 7;

    /// <summary>A line for each phase with a duration above 0.</summary>
    public static Section Of(ShutdownPhases phases)
    {
        PhaseName[] shown = [.. PhaseNames.All.Where(p => phases[p.Phase] > 0)];
        long wholeNs = Math.Max(1, shown.Sum(p => phases[p.Phase]));
        return new Section(shown.Length, (canvas, line, i) =>
        {
            long ns = phases[shown[i].Phase];
            double share = (double)ns / wholeNs;
            int time = line.X + NameWidth + TimeWidth, percent = time + 1 + ShareWidth;
            canvas.Write(line.X, line.Y, shown[i].Words, Style.Plain, line.X + NameWidth);
            canvas.WriteRight(Math.Min(line.Right, time), line.Y, Figures.Text(ns), Style.Plain, line.X + 8);
            canvas.WriteRight(Math.Min(line.Right, percent), line.Y, $"{100 * share:0.0} %", Bars.Size(share), Math.Min(line.Right, time));
            Bars.Share(canvas, percent + 2, line.Y, line.Right - percent - 2, share, Bars.Size(share));
        });
    }
}
