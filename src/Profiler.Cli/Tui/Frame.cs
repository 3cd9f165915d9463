using Profiler.Cli.Live;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Profiler.Cli.Tui;

/// <summary>The terminal view as a pure function: a state and a size in, the lines of the screen out.</summary>
internal static class Frame
{
    /// <summary>Draws a state.</summary>
    /// <param name="state">What to show.</param>
    /// <param name="width">Terminal cells per line.</param>
    /// <param name="height">Lines.</param>
    /// <returns>Exactly <paramref name="height"/> lines of exactly <paramref name="width"/> cells.</returns>
    public static IReadOnlyList<IReadOnlyList<Segment>> Render(ProfileState state, int width, int height)
    {
        var lines = new List<IReadOnlyList<Segment>>();
        lines.AddRange(StatusLines.Of(state, width));

        Section operations = Sections.Operations(state), durations = Sections.TimesTaken(state);
        Section underWay = Sections.ShutdownsUnderWay(state), over = Sections.ShutdownsOver(state);
        // The durations are few and always shown. Of the rest, shutdowns get a quarter each if they need it, operations
        // what they need of what is then left, and the shutdowns that are over whatever nobody wants.
        int room = Math.Max(0, height - lines.Count - durations.Height);
        int underWayHeight = Math.Min(underWay.Height, Math.Max(2, room / 4));
        int operationsHeight = Math.Min(
            operations.Height, Math.Max(2, room - underWayHeight - Math.Min(over.Height, Math.Max(2, room / 4))));
        lines.AddRange(operations.Lines(width, operationsHeight));
        lines.AddRange(underWay.Lines(width, underWayHeight));
        lines.AddRange(durations.Lines(width, durations.Height));
        lines.AddRange(over.Lines(width, Math.Max(0, height - lines.Count)));

        return [.. lines.Concat(Enumerable.Repeat<IReadOnlyList<Segment>>([], height)).Take(height).Select(l => Fill(l, width))];
    }

    private static List<Segment> Fill(IReadOnlyList<Segment> line, int width)
    {
        List<Segment> fitting = Segment.Truncate(line, width);
        while (Segment.CellCount(fitting) > width)
            fitting.RemoveAt(fitting.Count - 1); // a wide character is never cut in two, however narrow the screen is
        int missing = width - Segment.CellCount(fitting);
        if (missing > 0)
            fitting.Add(new Segment(new string(' ', missing), Style.Plain));
        return fitting;
    }
}
