using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;

namespace Profiler.Report;

/// <summary>What is captured and how complete it is, in words.</summary>
public static class CaptureStatus
{
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

    /// <summary>"all 12 probes attached (9 kprobe, 3 tracepoint)", or which are not and why, and which missed calls.</summary>
    public static string Probes(ProfileHealth health)
    {
        ImmutableArray<ProbeInfo> all = health.Probes;
        int attached = all.Count(p => p.Attached);
        string kinds = string.Join(", ", all.Where(p => p.Attached)
            .GroupBy(p => p.Attach ?? "unknown")
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Count()} {g.Key}"));
        return string.Join("; ",
        [
            (attached == all.Length ? $"all {attached} probes attached" : $"{attached} of {all.Length} probes attached") +
                (kinds.Length == 0 ? "" : $" ({kinds})"),
            .. all.Where(p => !p.Attached)
                .GroupBy(p => p.WaitsFor is null ? "missing" : $"waiting for module {p.WaitsFor}", p => p.Name)
                .Select(why => $"{why.Key}: {string.Join(", ", why)}"),
            .. all.Where(p => p.Missed > 0).Select(p => $"{p.Name} MISSED {Number(p.Missed!.Value)} calls"),
        ]);
    }

    /// <summary>"1,204 events, none lost", or which kinds were lost.</summary>
    public static string Events(ProfileHealth health)
    {
        string lost = health.Lost switch
        {
            null => "lost events unknown",
            0 => "none lost",
            { } all => $"{Number(all)} LOST ({string.Join(", ", health.Events
                .Where(e => e.Lost > 0).Select(e => $"{Number(e.Lost!.Value)} {e.Kind.Replace('_', ' ')}"))})",
        };
        return $"{Number(health.Received)} events, {lost}";
    }

    /// <summary>What else makes the capture incomplete, beside <see cref="Events"/> and <see cref="Probes"/>; empty if nothing.</summary>
    public static string Problems(ProfileHealth health)
    {
        string[] elsewhere = [ProblemKinds.EventsLost.Id, ProblemKinds.ProbeMissed.Id, ProblemKinds.ProbeMissing.Id];
        string all = string.Join("; ", health.Problems
            .Where(p => p.Kind.Impact == Impact.Incomplete && !elsewhere.Contains(p.Id)).Select(p => p.Text));
        return all.Length == 0 ? "" : $"INCOMPLETE: {all}";
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
