using System.Collections.Immutable;
using System.Globalization;
using Profiler.Cli.Live;
using Profiler.Core.Recording;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Profiler.Cli.Tui;

/// <summary>What is watched and how far it can be trusted, in words.</summary>
internal static class StatusLines
{
    private const string Keys = "q quits";

    private static readonly Style Alarm = new(Color.Red, decoration: Decoration.Bold);

    /// <summary>The lines on top of the frame.</summary>
    public static IEnumerable<IReadOnlyList<Segment>> Of(ProfileState state, int width)
    {
        yield return
        [
            .. new Cell(Source(state), new Style(decoration: Decoration.Bold))
                .Fit(Math.Max(0, width - Keys.Length - 1), right: false, Style.Plain),
            new Segment(" " + Keys),
        ];
        yield return Line(Probes(state.Health), state.Health.Probes.Any(p => !p.Attached || p.Missed > 0), width);
        yield return Line(Events(state.Health), state.Health.Lost > 0, width);
    }

    /// <summary>"vfioscope: watching lab, kernel 6.12.48".</summary>
    public static string Source(ProfileState state)
    {
        string source = (state.Replay, state.Ended) switch
        {
            (false, _) => "watching",
            (true, false) => "replaying a recording of",
            (true, true) => "end of the recording of",
        };
        return $"vfioscope: {source} {state.Info.Hostname}, kernel {state.Info.Kernel}";
    }

    /// <summary>"all 12 probes attached", or which are not and why, and which the kernel could not always run.</summary>
    public static string Probes(ProfileHealth health)
    {
        ImmutableArray<ProbeInfo> all = health.Probes;
        int attached = all.Count(p => p.Attached);
        return string.Join("; ",
        [
            attached == all.Length ? $"all {attached} probes attached" : $"{attached} of {all.Length} probes attached",
            .. all.Where(p => !p.Attached)
                .GroupBy(p => p.WaitsFor is null ? "missing" : $"waiting for module {p.WaitsFor}", p => p.Name)
                .Select(why => $"{why.Key}: {string.Join(", ", why)}"),
            .. all.Where(p => p.Missed > 0).Select(p => $"{p.Name} MISSED {Number(p.Missed!.Value)} times"),
        ]);
    }

    /// <summary>"1,204 events received, none lost", or which were.</summary>
    public static string Events(ProfileHealth health)
    {
        string lost = health.Lost switch
        {
            null => "it is not known how many were lost",
            0 => "none lost",
            { } all => $"{Number(all)} LOST ({string.Join(", ", health.Events
                .Where(e => e.Lost > 0).Select(e => $"{Number(e.Lost!.Value)} {e.Kind.Replace('_', ' ')}"))})",
        };
        return $"{Number(health.Received)} events received, {lost}";
    }

    private static IReadOnlyList<Segment> Line(string text, bool alarming, int width) =>
        [.. new Cell(text, alarming ? Alarm : null).Fit(width, right: false, Style.Plain)];

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
