using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Linux;

namespace Profiler.Tui.Drawing;

/// <summary>Head of a shutdown in progress: process, trigger, leading finding so far, progress, libvirt's limits.</summary>
internal static class FlightHead
{
    private const int LabelWidth = 8;

    /// <summary>The lines of the head; the first is selectable.</summary>
    public static Section Of(Scene scene, ShutdownInFlight s)
    {
        ProfileState state = scene.State;
        FindingSoFar? finding = scene.Flights.Of(s, state).Finding;
        var lines = new List<Action<Canvas, Area>>(4)
        {
            (canvas, line) => Title(canvas, line,
                $"{ProcessNames.Of(s.Task, state.VmNames)}: {Why(s.SoFar)}{(s.SoFar.BeganBefore ? ", began before the capture" : "")}", Time(s, state)),
        };
        if (finding is not null)
            lines.Add((canvas, line) => Labelled(canvas, line, "so far", finding.Text, Style.Warning));
        lines.Add((canvas, line) => Devices(canvas, line, s));
        if (HasLibvirtLimits(state, s))
            lines.Add((canvas, line) => Libvirt(canvas, line, state, s));
        return new Section(lines.Count, (canvas, line, i) => lines[i](canvas, line), Selectable.First);
    }

    /// <summary>The trigger: "SIGTERM from libvirtd (pid 50)", "exits", "closes its devices".</summary>
    public static string Why(Shutdown soFar) => soFar switch
    {
        { Signals: [var first, ..] } when soFar.Trigger.IsSignal() => Sent(first),
        { Trigger: Trigger.Close } => "closes its devices",
        { Trigger: Trigger.Unknown } => "exits (cause not seen)",
        { Trigger: not Trigger.Exit } => soFar.Trigger.Name(),
        _ => "exits",
    };

    /// <inheritdoc cref="ProcessNames.Sent"/>
    public static string Sent(SignalDelivered signal) =>
        ProcessNames.Sent(Signals.Name(signal.Number), signal.Sender.Tgid, signal.Sender.Comm);

    /// <summary>Elapsed time, nanoseconds.</summary>
    public static long ElapsedNs(ShutdownInFlight s, ProfileState state) => Math.Max(0, state.NowNs - s.SoFar.Time.StartNs);

    /// <summary>Coarse format, 0.1 s: a running time is not read to the millisecond.</summary>
    public static string Rough(long ns) => $"{ns / 1e9:0.0} s";

    /// <summary>Elapsed time and estimated remaining time.</summary>
    public static string Time(ShutdownInFlight s, ProfileState state)
    {
        string elapsed = (s.SoFar.BeganBefore ? "≥" : "") + Rough(ElapsedNs(s, state));
        return s.LeftNs(state.NowNs) is { } left && left > 0 ? $"{elapsed}, about {Rough(left)} to go" : elapsed;
    }

    /// <summary>Draws the first line: the text at the left, and at the right the time, which is never cut for it.</summary>
    public static void Title(Canvas canvas, Area line, string text, string time)
    {
        canvas.WriteRight(line.Right, line.Y, time, Style.Strong, line.X + line.Width / 3);
        canvas.Write(line.X, line.Y, text, Style.Strong, Math.Max(line.X, line.Right - Canvas.Cells(time) - 2));
    }

    /// <summary>Draws a text behind its label.</summary>
    public static void Labelled(Canvas canvas, Area line, string label, string text, Style style)
    {
        canvas.Write(line.X, line.Y, label, Style.Plain, line.Right);
        canvas.Write(line.X + LabelWidth, line.Y, text, style, line.Right);
    }

    private static void Devices(Canvas canvas, Area line, ShutdownInFlight s)
    {
        int bar = BarWidth(line);
        canvas.Write(line.X, line.Y, "devices");
        Bars.Devices(canvas, line.X + LabelWidth, line.Y, bar, s);
        canvas.Write(line.X + LabelWidth + 1 + bar, line.Y, Counts(s), Style.Plain, line.Right);
    }

    private static void Libvirt(Canvas canvas, Area line, ProfileState state, ShutdownInFlight s)
    {
        int bar = BarWidth(line);
        long elapsedNs = ElapsedNs(s, state);
        (long? SigkillNs, long FailureNs) limits = LibvirtProjection.Limits(s.SoFar, s.Devices);
        canvas.Write(line.X, line.Y, "libvirt");
        Bars.Libvirt(canvas, line.X + LabelWidth, line.Y, bar, limits, elapsedNs);
        canvas.Write(line.X + LabelWidth + 1 + bar, line.Y, Limits(limits, elapsedNs),
            elapsedNs >= (limits.SigkillNs ?? limits.FailureNs) ? Style.Alarm : Style.Plain, line.Right);
    }

    private static int BarWidth(Area line) => Math.Clamp(line.Width / 4, 8, 50);

    private static string Counts(ShutdownInFlight s)
    {
        int busy = s.Busy, resetting = s.Releasing.Count(r => r.State == OperationState.Resetting), waiting = s.Releasing.Length - busy;
        // The total is known only if the capture saw the devices being opened.
        return (s.HeldKnown ? $"{s.SoFar.Releases.Length} of {s.Devices} released" : $"{s.SoFar.Releases.Length} released") +
            $", {resetting} in reset, {waiting} waiting" +
            (busy > resetting ? $", {busy - resetting} other" : "") +
            (s.HeldKnown ? $", {s.Held.Length} pending" : ", pending unknown");
    }

    private static string Limits((long? SigkillNs, long FailureNs) limits, long elapsedNs)
    {
        long failure = limits.FailureNs - elapsedNs;
        string kill = limits.SigkillNs - elapsedNs is not { } left ? "" : left > 0 ? $"SIGKILL in {Rough(left)}, " : $"past SIGKILL by {Rough(-left)}, ";
        return kill + (failure > 0 ? $"gives up in {Rough(failure)}" : $"gave up {Rough(-failure)} ago");
    }

    // The limits apply to VMs only; another process with a signal has none.
    private static bool HasLibvirtLimits(ProfileState state, ShutdownInFlight s) =>
        s.SoFar.Trigger is Trigger.SigTerm or Trigger.SigKill && state.Facts.HasLibvirtLimits(s.Task.Tgid);
}
