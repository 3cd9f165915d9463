using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Tui.Drawing;

/// <summary>Head of a start in progress: process, activity of this moment, devices opened, memory pinned.</summary>
internal static class StartHead
{
    /// <summary>The lines of the head; the first is selectable.</summary>
    public static Section Of(Scene scene, Start s)
    {
        ProfileState state = scene.State;
        var pace = MappingPace.Of(s);
        (string now, Style style) = Now(state, s, pace);
        var lines = new List<Action<Canvas, Area>>(4)
        {
            (canvas, line) => FlightHead.Title(canvas, line, Title(state, s), Time(state, s)),
            (canvas, line) => FlightHead.Labelled(canvas, line, "now", now, style),
            (canvas, line) => FlightHead.Labelled(canvas, line, "devices", Devices(s), Style.Plain),
        };
        if (s.Mapped is { Mappings: > 0 } mapped)
        {
            string memory = Memory(mapped, pace);
            lines.Add((canvas, line) => FlightHead.Labelled(canvas, line, "memory", memory, Style.Plain));
        }
        return new Section(lines.Count, (canvas, line, i) => lines[i](canvas, line), Selectable.First);
    }

    private static string Title(ProfileState state, Start s) =>
        ProcessNames.Of(s.Task, state.VmNames) + s.Kind switch
        {
            StartKind.Vm => ": starting",
            StartKind.Process => ": starting to use devices",
            _ => ": opening more devices",
        } + (s.BeganBefore ? ", may have begun before the capture" : "");

    private static string Time(ProfileState state, Start s) => (s.BeganBefore ? "≥" : "") + For(state, s.Time.StartNs);

    // The oldest; several threads may have more.
    private static (string Text, Style Style) Now(ProfileState state, Start s, MappingPace pace)
    {
        int more = s.PartsUnderWay.Length + s.UnderWay.Length - 1;
        (string text, Style style) =
            s.PartsUnderWay is [var part, ..] ? (Doing(state, part, pace), Style.Process)
            : s.UnderWay is [var open, ..] ? Doing(state, open)
            : ($"has neither opened nor mapped anything for {For(state, LatestNs(s))}", Style.Faint);
        return (more > 0 ? $"{text}; {more} more" : text, style);
    }

    private static string Doing(ProfileState state, StartPartInFlight part, MappingPace pace) => part.Step switch
    {
        StartStep.Interrupts => $"{StartPhase.Interrupts.Words()} for {For(state, part.SinceNs)}",
        StartStep.KvmMemory => $"{StartPhase.Kvm.Words()} for {For(state, part.SinceNs)}",
        _ => $"mapping {(part.Bytes == 0 ? "memory" : Figures.Bytes(part.Bytes))} for {For(state, part.SinceNs)}" +
            (pace.LeftNs(part, state.NowNs) is { } left ? $", about {FlightHead.Rough(left)} more at the rate so far" : ""),
    };

    private static (string Text, Style Style) Doing(ProfileState state, OperationInFlight open)
    {
        (string text, Style style) = FlightRows.Doing(open);
        string why = FlightRows.Why(state, open), since = For(state, open.StateSinceNs);
        return (open.State != OperationState.WaitingForLock ? $"{open.Device} {text} for {since}{(why.Length == 0 ? "" : $": {why}")}"
            : open.Holder is null ? $"{open.Device} waits {since} for a lock, {why}"
            : $"{open.Device} waits {since} for a lock {why}", style);
    }

    private static string Devices(Start s)
    {
        int waiting = s.UnderWay.Count(o => o.State == OperationState.WaitingForLock);
        int opening = s.UnderWay.Count(o => o is { State: OperationState.Working, Kind: OperationKind.Open });
        return $"{s.Opened} opened" + Some(s.Opens.Length - s.Opened, "failed") + Some(s.UnderWay.Length - waiting - opening, "in reset") +
            Some(waiting, "waiting") + Some(opening, "being opened");
    }

    private static string Some(int count, string what) => count == 0 ? "" : $", {count} {what}";

    private static string Memory(DmaMapping mapped, MappingPace pace) =>
        $"{Figures.Bytes(mapped.PinnedBytes)} pinned" +
        (pace.Ns > 0 ? $" at {Figures.Rate(pace.Bytes, pace.Ns)}" : "") +
        (mapped.AllocatedBytes == 0 ? "" : $", {(mapped.AllocatedBytes < mapped.PinnedBytes ? Figures.Bytes(mapped.AllocatedBytes) : "all")} of it allocated") +
        (mapped.DeviceBytes > 0 ? $"; {Figures.Bytes(mapped.DeviceBytes)} of devices" : "") +
        (mapped.Failed > 0 ? $"; {Figures.Count(mapped.Failed, "mapping")} failed" : "");

    private static long LatestNs(Start s)
    {
        long latest = s.ContactNs;
        foreach (Operation open in s.Opens)
            latest = Math.Max(latest, open.Time.EndNs);
        foreach (StartPart part in s.Parts)
            latest = Math.Max(latest, part.Time.EndNs);
        return latest;
    }

    private static string For(ProfileState state, long sinceNs) => FlightHead.Rough(Math.Max(0, state.NowNs - sinceNs));
}
