using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Tui.Drawing;

/// <summary>Time of a shutdown or start by phase: a bar per phase, coloured by share.</summary>
internal static class PhaseBars
{
    private const int NameWidth = 30, StartNameWidth = 40, TimeWidth = 9, ShareWidth = 7;

    /// <summary>A line for each phase with a duration above 0.</summary>
    public static Section Of(ShutdownPhases phases) => Of(NameWidth, [.. PhaseNames.All.Select(p => (p.Words, phases[p.Phase]))]);

    /// <summary>The same for a start.</summary>
    public static Section Of(StartPhases phases) => Of(StartNameWidth, [.. StartPhaseNames.All.Select(p => (p.Words, phases[p.Phase]))]);

    private static Section Of(int nameWidth, ImmutableArray<(string Words, long Ns)> phases)
    {
        (string Words, long Ns)[] shown = [.. phases.Where(p => p.Ns > 0)];
        long wholeNs = Math.Max(1, shown.Sum(p => p.Ns));
        return new Section(shown.Length, (canvas, line, i) =>
        {
            (string words, long ns) = shown[i];
            double share = (double)ns / wholeNs;
            int time = line.X + nameWidth + TimeWidth, percent = time + 1 + ShareWidth;
            canvas.Write(line.X, line.Y, words, Style.Plain, line.X + nameWidth);
            canvas.WriteRight(Math.Min(line.Right, time), line.Y, Figures.Text(ns), Style.Plain, line.X + 8);
            canvas.WriteRight(Math.Min(line.Right, percent), line.Y, $"{100 * share:0.0} %", Bars.Size(share), Math.Min(line.Right, time));
            Bars.Share(canvas, percent + 2, line.Y, line.Right - percent - 2, share, Bars.Size(share));
        });
    }
}
