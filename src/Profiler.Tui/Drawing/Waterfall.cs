using Profiler.Core.Spans;
using Profiler.Report;

namespace Profiler.Tui.Drawing;

/// <summary>Time and content of each release, or open: a line per device under a time axis.</summary>
/// <param name="startNs">Left end, CLOCK_MONOTONIC nanoseconds.</param>
/// <param name="endNs">Right end, CLOCK_MONOTONIC nanoseconds.</param>
internal readonly struct Waterfall(long startNs, long endNs)
{
    private const char Reset = '█', Rest = '▓', Wait = '░';

    /// <summary>Legend of the characters.</summary>
    /// <param name="what">"release" or "open".</param>
    public static Line LegendOf(string what) => new(
        new("█", Style.Reset), new(" in reset  ", Style.Faint), new("▓", Style.Release), new($" rest of the {what}  ", Style.Faint),
        new("░", Style.Waiting), new(" waiting for a lock", Style.Faint));

    /// <summary>Draws both ends of the axis.</summary>
    public void Axis(Canvas canvas, Area line, Func<long, string> text)
    {
        canvas.Write(line.X, line.Y, "0 s", Style.Heading, line.Right);
        canvas.WriteRight(line.Right, line.Y, text(endNs - startNs), Style.Heading, line.X + 4);
    }

    /// <summary>Draws an ended operation. A cell shows the state that takes most of its time.</summary>
    public void Draw(Canvas canvas, Area line, Operation o)
    {
        Fill(canvas, line, o.Time.StartNs, o.Time.EndNs, Rest, Style.Release);
        foreach (LockWait wait in o.LockWaits)
        {
            if (AxisOf(line).Shows(wait.Time.DurationNs))
                Fill(canvas, line, wait.Time.StartNs, wait.Time.EndNs, Wait, Style.Waiting);
        }
        foreach (Reset reset in o.Resets)
            Fill(canvas, line, reset.Time.StartNs, reset.Time.EndNs, Waterfall.Reset, Style.Reset);
    }

    /// <summary>Draws an operation in progress. Its earlier states are unknown, except for waits.</summary>
    public void Draw(Canvas canvas, Area line, OperationInFlight o)
    {
        Fill(canvas, line, o.StartNs, endNs, Rest, Style.Release);
        if (o.State == OperationState.WaitingForLock)
            Fill(canvas, line, o.StateSinceNs, endNs, Wait, Style.Waiting);
        else if (AxisOf(line).Shows(o.WorkingSinceNs - o.StartNs))
            Fill(canvas, line, o.StartNs, o.WorkingSinceNs, Wait, Style.Waiting);
        if (o.State == OperationState.Resetting)
            Fill(canvas, line, o.StateSinceNs, endNs, Waterfall.Reset, Style.Reset);
    }

    private TimeAxis AxisOf(Area line) => new(startNs, endNs, line.Width);

    private void Fill(Canvas canvas, Area line, long fromNs, long untilNs, char with, Style style)
    {
        if (line.Width <= 0)
            return;
        (int first, int count) = AxisOf(line).CellsOf(fromNs, untilNs);
        canvas.Fill(line.X + first, line.Y, count, with, style);
    }
}
