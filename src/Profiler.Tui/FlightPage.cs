using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Tui;

/// <summary>What is going on now: each shutdown with its devices, then the opens.</summary>
internal static class FlightPage
{
    /// <summary>Draws it.</summary>
    /// <returns>How many lines it took.</returns>
    public static int Draw(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        var sieve = new Sieve(state, view);
        ShutdownInFlight[] shutdowns = Wanted(state, sieve);
        OperationInFlight[] opens = [.. state.Snapshot.Operations.Where(o => o.Kind == OperationKind.Open && sieve.Wants(o.Task, o.Device))];
        if (shutdowns.Length + opens.Length == 0)
        {
            canvas.Write(area.X, area.Y, Nothing(state, view), Ink.Faint, area.Right);
            return Math.Min(1, area.Height);
        }
        Area rest = area;
        for (int i = 0; i < shutdowns.Length && rest.Height > 0; i++)
        {
            ShutdownInFlight s = shutdowns[i];
            int head = FlightBlock.HeadLines(state, s), lines = FlightBlock.DeviceLines(sieve, s);
            // Each has the same claim to what is left; who needs less leaves it to those below.
            int share = Math.Max(head, (rest.Height - (opens.Length > 0 ? 2 : 0)) / (shutdowns.Length - i));
            FlightBlock.Head(canvas, rest.Top(head), state, s);
            int shown = Math.Clamp(share - head, 0, lines);
            FlightBlock.Devices(canvas, rest.Below(head).Top(shown), state, sieve, s, Math.Min(view.Row, lines - shown));
            rest = rest.Below(head + shown);
        }
        if (opens.Length > 0 && rest.Height > 0)
            rest = Opens(canvas, rest, state, opens);
        return area.Height - rest.Height;
    }

    /// <summary>A line for each shutdown, where another page has the room.</summary>
    /// <returns>How many lines it took.</returns>
    public static int DrawShort(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        ShutdownInFlight[] shutdowns = Wanted(state, new Sieve(state, view));
        int shown = Math.Min(shutdowns.Length, area.Height);
        for (int i = 0; i < shown; i++)
            FlightBlock.Line(canvas, area.Below(i), state, shutdowns[i]);
        return shown;
    }

    /// <summary>How many lines its devices have, at most: as far as one can scroll.</summary>
    public static int Rows(ProfileState state, ViewState view)
    {
        var sieve = new Sieve(state, view);
        return Wanted(state, sieve).Select(s => FlightBlock.DeviceLines(sieve, s)).DefaultIfEmpty().Max();
    }

    private static Area Opens(Canvas canvas, Area area, ProfileState state, OperationInFlight[] opens)
    {
        canvas.Write(area.X, area.Y, "opening", Ink.Strong, area.Right);
        area = area.Below(1);
        int shown = Math.Min(opens.Length, area.Height);
        for (int i = 0; i < shown; i++)
            FlightBlock.Operation(canvas, area.Below(i), state, opens[i]);
        return area.Below(shown);
    }

    private static string Nothing(ProfileState state, ViewState view) =>
        state.Snapshot.ShutdownsInFlight.IsEmpty && state.Snapshot.Operations.IsEmpty ? "Nothing is in flight: no device is being released or opened."
        : view.Filter.Length > 0 ? $"Nothing in flight has \"{view.Filter}\" in its name."
        : "Nothing in flight is what --pid, --vm or --device ask for.";

    private static ShutdownInFlight[] Wanted(ProfileState state, Sieve sieve)
    {
        ImmutableArray<ShutdownInFlight> all = state.Snapshot.ShutdownsInFlight;
        return [.. all.Where(s => sieve.Wants(s))];
    }
}
