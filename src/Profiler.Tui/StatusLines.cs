using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core.Capture;
using Profiler.Report;

namespace Profiler.Tui;

/// <summary>What is watched and how far it can be trusted, in words.</summary>
internal static class StatusLines
{
    private const int MostLines = 4;

    /// <summary>Draws them; what is wrong is never cut off while there are lines for it.</summary>
    /// <returns>How many lines it took.</returns>
    public static int Draw(Canvas canvas, Area area, ProfileState state)
    {
        canvas.Write(area.X, area.Y, SourceAndCost(state, area.Width), Ink.Strong, area.Right);
        bool probes = state.Health.Probes.Any(p => !p.Attached || p.Missed > 0), events = state.Health.Lost > 0;
        string problems = CaptureStatus.Problems(state.Health);
        if (!probes && !events && problems.Length == 0)
        {
            canvas.Write(area.X, area.Y + 1, AllWell(state.Health, area.Width), Ink.Plain, area.Right);
            return 2;
        }
        int y = area.Y + 1, most = Math.Clamp(area.Height / 4, 2, MostLines);
        if (problems.Length > 0)
        {
            canvas.Write(area.X, y++, problems, Ink.Alarm, area.Right);
            if (!probes && !events)
                return y - area.Y;
        }
        // What was lost makes all figures wrong: it comes first, so that it has room for certain.
        y += Wrapped(canvas, area with { Y = y, Height = events ? most - 1 : 1 }, CaptureStatus.Events(state.Health), events ? Ink.Alarm : Ink.Plain);
        y += Wrapped(canvas, area with { Y = y, Height = most - (y - area.Y - 1) }, CaptureStatus.Probes(state.Health), Trust(state.Health));
        return y - area.Y;
    }

    // "…; takes 0.4 % of a CPU, and 0.02 % in the kernel".
    private static string SourceAndCost(ProfileState state, int width)
    {
        string source = CaptureStatus.Source(state);
        if (state.Overhead is not { } overhead)
            return source;
        string process = $"{source}; takes {Share(overhead.Process)} of a CPU", kernel = overhead.Programs is { } programs
            ? $", and {Share(programs)} in the kernel"
            : "; in the kernel: not counted, see --bpf-stats";
        return LongestThatFits(width, process + kernel, process, source);
    }

    private static string Share(double share) =>
        share < 0.0001 ? "under 0.01 %" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");

    // That nothing is lost comes first.
    private static string AllWell(ProfileHealth health, int width)
    {
        string events = CaptureStatus.Events(health);
        return LongestThatFits(width, $"{CaptureStatus.Probes(health)}; {events}", $"{health.Probes.Length} probes; {events}", events);
    }

    private static string LongestThatFits(int width, string all, string few, string least) =>
        all.Length <= width ? all : few.Length <= width ? few : least;

    // A module that is not loaded has nothing to be watched in yet; whatever else is missing, is.
    private static Ink Trust(ProfileHealth health) =>
        health.Probes.Any(p => p.Missed > 0 || (!p.Attached && p.WaitsFor is null)) ? Ink.Alarm
        : health.Probes.Any(p => !p.Attached) ? Ink.Waiting : Ink.Plain;

    // Broken at spaces; what does not fit into the last line ends in an ellipsis.
    private static int Wrapped(Canvas canvas, Area area, string text, Ink ink)
    {
        int y = 0;
        ReadOnlySpan<char> rest = text;
        while (y < area.Height - 1 && rest.Length > area.Width)
        {
            int cut = rest[..area.Width].LastIndexOf(' ');
            if (cut <= 0)
                break;
            canvas.Write(area.X, area.Y + y++, rest[..cut], ink, area.Right);
            rest = rest[(cut + 1)..];
        }
        if (y < area.Height)
            canvas.Write(area.X, area.Y + y++, rest, ink, area.Right);
        return y;
    }
}
