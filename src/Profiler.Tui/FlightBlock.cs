using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Tui;

/// <summary>One shutdown in flight: who, how far, how long yet, and a line for each of its devices.</summary>
internal static class FlightBlock
{
    private const int DeviceWidth = 14, StateWidth = 24, TimeWidth = 9;

    /// <summary>Lines above the devices.</summary>
    public static int HeadLines(ProfileState state, ShutdownInFlight s) => IsLibvirts(state, s) ? 3 : 2;

    /// <summary>Draws the lines above the devices, as many as there is room for.</summary>
    public static void Head(Canvas canvas, Area area, ProfileState state, ShutdownInFlight s)
    {
        if (area.Height <= 0)
            return;
        long elapsedNs = ElapsedNs(s, state);
        string time = s.LeftNs(state.NowNs) is { } left && left > 0
            ? $"{Rough(elapsedNs)}, about {Rough(left)} to go"
            : $"for {Rough(elapsedNs)}";
        canvas.WriteRight(area.Right, area.Y, time, Ink.Strong, area.X + area.Width / 3);
        canvas.Write(area.X, area.Y, $"{ProcessNames.Of(s.Task, state.VmNames)}: {Why(s)}", Ink.Strong,
            Math.Max(area.X, area.Right - Canvas.Cells(time) - 2));
        int bar = Math.Clamp(area.Width / 4, 8, 50);
        if (area.Height > 1)
        {
            canvas.Write(area.X, area.Y + 1, "devices");
            ProgressBars.Devices(canvas, area.X + 8, area.Y + 1, bar, s);
            canvas.Write(area.X + 9 + bar, area.Y + 1, Counts(s), Ink.Plain, area.Right);
        }
        if (area.Height > 2 && IsLibvirts(state, s))
        {
            (long? SigkillNs, long FailureNs) limits = LibvirtProjection.Limits(s.SoFar, s.Devices);
            canvas.Write(area.X, area.Y + 2, "libvirt");
            ProgressBars.Libvirt(canvas, area.X + 8, area.Y + 2, bar, limits, elapsedNs);
            canvas.Write(area.X + 9 + bar, area.Y + 2, Limits(limits, elapsedNs),
                elapsedNs >= (limits.SigkillNs ?? limits.FailureNs) ? Ink.Alarm : Ink.Plain, area.Right);
        }
    }

    /// <summary>The same on one line, for where something else has the room.</summary>
    public static void Line(Canvas canvas, Area area, ProfileState state, ShutdownInFlight s)
    {
        int bar = Math.Clamp(area.Width / 6, 6, 30), x = area.X + area.Width / 3;
        canvas.Write(area.X, area.Y, ProcessNames.Of(s.Task, state.VmNames), Ink.Strong, x - 1);
        ProgressBars.Devices(canvas, x, area.Y, bar, s);
        string left = s.LeftNs(state.NowNs) is { } ns && ns > 0 ? $", about {Rough(ns)} to go" : "";
        canvas.Write(x + bar + 1, area.Y,
            $"{Done(s)}, {Rough(ElapsedNs(s, state))}{left}", Ink.Plain, area.Right);
    }

    /// <summary>Draws the lines of its devices: those at work first, then those that wait, that come, that are done.</summary>
    /// <param name="skip">How many are scrolled past.</param>
    public static void Devices(Canvas canvas, Area area, ProfileState state, Sieve sieve, ShutdownInFlight s, int skip)
    {
        int y = area.Y, hidden = 0;
        bool Room()
        {
            if (skip-- > 0 || y >= area.Bottom)
            {
                hidden++;
                return false;
            }
            return true;
        }
        for (int waiting = 0; waiting < 2; waiting++)
        {
            foreach (OperationInFlight o in s.Releasing)
            {
                if (o.State == OperationState.WaitingForLock == (waiting == 1) && sieve.Wants(s.Task, o.Device) && Room())
                    Operation(canvas, area with { Y = y++ }, state, o);
            }
        }
        foreach (string device in s.Held)
        {
            if (sieve.Wants(s.Task, device) && Room())
                Row(canvas, area with { Y = y++ }, device, "to come", "", "", Ink.Faint);
        }
        for (int i = s.SoFar.Releases.Length - 1; i >= 0; i--)
        {
            Operation done = s.SoFar.Releases[i];
            if (sieve.Wants(s.Task, done.Device) && Room())
                Row(canvas, area with { Y = y++ }, done.Device, "done", Figures.Text(done.Time.DurationNs), Details(done), Ink.Done);
        }
        if (hidden > 0 && area.Height > 0)
        {
            y = Math.Min(y, area.Bottom - 1);
            canvas.Fill(area.X, y, area.Width, ' ');
            canvas.Write(area.X + 1, y, $"and {hidden + (y < area.Bottom - 1 ? 0 : 1)} more", Ink.Faint, area.Right);
        }
    }

    /// <summary>How many lines that would be.</summary>
    public static int DeviceLines(Sieve sieve, ShutdownInFlight s)
    {
        int lines = 0;
        foreach (OperationInFlight o in s.Releasing)
            lines += sieve.Wants(s.Task, o.Device) ? 1 : 0;
        foreach (string device in s.Held)
            lines += sieve.Wants(s.Task, device) ? 1 : 0;
        foreach (Operation done in s.SoFar.Releases)
            lines += sieve.Wants(s.Task, done.Device) ? 1 : 0;
        return lines;
    }

    /// <summary>A line for a release or an open that is going on.</summary>
    public static void Operation(Canvas canvas, Area area, ProfileState state, OperationInFlight o)
    {
        (string what, Ink ink) = (o.State, o.Kind) switch
        {
            (OperationState.WaitingForLock, _) => ("waiting for a lock", Ink.Waiting),
            (OperationState.Resetting, _) => ($"in reset{(o.Method == ResetMethod.Unknown ? "" : $" ({o.Method.Name()})")}", Ink.Resetting),
            (_, OperationKind.Open) => ("being opened", Ink.Plain),
            _ => ("being released", Ink.Plain),
        };
        string whom = o.State != OperationState.WaitingForLock ? ""
            : o.Holder is null ? "held by somebody unknown"
            : o.HolderDevice is null ? $"held by {ProcessNames.Of(o.Holder, state.VmNames)}"
            : o.Holder.Tgid == o.Task.Tgid ? $"held for {o.HolderDevice}"
            : $"held for {o.HolderDevice} by {ProcessNames.Of(o.Holder, state.VmNames)}";
        Row(canvas, area, o.Device, what, Rough(Math.Max(0, state.NowNs - o.StateSinceNs)), whom, ink);
    }

    private static void Row(Canvas canvas, Area area, string device, string what, string time, string more, Ink ink)
    {
        int x = canvas.Write(area.X + 1, area.Y, device, Ink.Plain, area.Right);
        x = Math.Max(x + 1, area.X + 1 + DeviceWidth);
        int width = Math.Min(StateWidth, Math.Max(8, area.Right - x - TimeWidth - 1));
        canvas.Write(x, area.Y, what, ink, Math.Min(area.Right, x + width));
        canvas.WriteRight(Math.Min(area.Right, x + width + TimeWidth), area.Y, time, Ink.Plain, x + width);
        canvas.Write(x + width + TimeWidth + 2, area.Y, more, Ink.Plain, area.Right);
    }

    private static string Details(Operation done) =>
        (done.Resets.IsEmpty ? "not reset" : $"reset by {done.Resets.MaxBy(r => r.Time.DurationNs)!.Method.Name()} {Figures.Text(done.ResetNs)}") +
        (done.LockWaits.IsEmpty ? "" : $", waited {Figures.Text(done.LockWaitNs)}");

    private static string Why(ShutdownInFlight s) => s.SoFar switch
    {
        { Signals: [var first, ..] } signalled when signalled.Trigger.IsSignal() =>
            $"{signalled.Trigger.Name()} from {first.Sender.Comm} ({first.Sender.Tgid})" +
            (s.Releasing.IsEmpty && signalled.Releases.IsEmpty ? ", nothing released yet" : ""),
        { Trigger: Trigger.Close } => "closes its devices",
        { Trigger: Trigger.Unknown } => "exits (cause not seen)",
        { Trigger: not Trigger.Exit } crash => crash.Trigger.Name(),
        _ => "exits",
    };

    private static string Counts(ShutdownInFlight s)
    {
        int busy = s.Busy, resetting = s.Releasing.Count(r => r.State == OperationState.Resetting), waiting = s.Releasing.Length - busy;
        return $"{Done(s)}, {resetting} in reset, {waiting} waiting" +
            (busy > resetting ? $", {busy - resetting} other" : "") +
            (s.HeldKnown ? $", {s.Held.Length} to come" : ", to come unknown");
    }

    // Of how many is known only where they were opened under our eyes.
    private static string Done(ShutdownInFlight s) =>
        s.HeldKnown ? $"{s.SoFar.Releases.Length} of {s.Devices} done" : $"{s.SoFar.Releases.Length} done";

    private static string Limits((long? SigkillNs, long FailureNs) limits, long elapsedNs)
    {
        long failure = limits.FailureNs - elapsedNs;
        string kill = limits.SigkillNs - elapsedNs is not { } left ? "" : left > 0 ? $"SIGKILL in {Rough(left)}, " : $"past SIGKILL by {Rough(-left)}, ";
        return kill + (failure > 0 ? $"gives up in {Rough(failure)}" : $"gave up {Rough(-failure)} ago");
    }

    // What moves is not read to the millisecond.
    private static string Rough(long ns) => $"{ns / 1e9:0.0} s";

    // Its limits are for virtual machines; a process of another kind that gets a signal has none.
    private static bool IsLibvirts(ProfileState state, ShutdownInFlight s) =>
        s.SoFar.Trigger is Trigger.SigTerm or Trigger.SigKill && state.VmNames.ContainsKey(s.Task.Tgid);

    private static long ElapsedNs(ShutdownInFlight s, ProfileState state) => Math.Max(0, state.NowNs - s.SoFar.Time.StartNs);
}
