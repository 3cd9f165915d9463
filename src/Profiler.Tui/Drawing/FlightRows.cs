using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Linux;

namespace Profiler.Tui.Drawing;

/// <summary>
/// A device of a shutdown or start in progress, or one that is being opened or reset: exactly one of the last three is set.
/// </summary>
/// <param name="Process">Its process.</param>
/// <param name="UnderWay">Operation in progress.</param>
/// <param name="Done">Completed release or open.</param>
/// <param name="Pending">Address of a device whose release has not started.</param>
internal readonly record struct FlightRow(TaskId Process, OperationInFlight? UnderWay, Operation? Done, string? Pending)
{
    public string Device => UnderWay?.Device ?? Done?.Device ?? Pending!;
}

/// <summary>Rows of the devices of shutdowns and starts in progress, one line each.</summary>
internal static class FlightRows
{
    private const int DeviceWidth = 13, StateWidth = 22, TimeWidth = 9, ProcessWidth = 24;

    /// <summary>Adds rows: first active ones, then waiting ones, then pending ones in the order of
    /// <see cref="ShutdownInFlight.Held"/>, then completed ones, newest first.</summary>
    public static void AddTo(List<FlightRow> rows, ShutdownInFlight s, Filter filter)
    {
        for (int waiting = 0; waiting < 2; waiting++)
        {
            foreach (OperationInFlight o in s.Releasing)
            {
                if (o.State == OperationState.WaitingForLock == (waiting == 1) && filter.Wants(s.Task, o.Device))
                    rows.Add(new FlightRow(s.Task, o, null, null));
            }
        }
        foreach (string device in s.Held)
        {
            if (filter.Wants(s.Task, device))
                rows.Add(new FlightRow(s.Task, null, null, device));
        }
        for (int i = s.SoFar.Releases.Length - 1; i >= 0; i--)
        {
            if (filter.Wants(s.Task, s.SoFar.Releases[i].Device))
                rows.Add(new FlightRow(s.Task, null, s.SoFar.Releases[i], null));
        }
    }

    /// <summary>Adds rows of opens that have ended, newest first.</summary>
    public static void AddTo(List<FlightRow> rows, Start s, Filter filter)
    {
        for (int i = s.Opens.Length - 1; i >= 0; i--)
        {
            if (filter.Wants(s.Task, s.Opens[i].Device))
                rows.Add(new FlightRow(s.Task, null, s.Opens[i], null));
        }
    }

    /// <summary>Draws the heading.</summary>
    /// <param name="processes">True for several processes: adds a process column.</param>
    public static void Heading(Canvas canvas, Area line, string title, bool processes)
    {
        canvas.Fill(line.X, line.Y, line.Width, ' ', Style.Heading);
        Cells(canvas, line, Style.Heading, title, ("STATE", Style.Heading), "TIME", processes ? "PROCESS" : null, "DETAIL", Style.Heading);
    }

    /// <summary>Draws a row.</summary>
    public static void Draw(Canvas canvas, Area line, ProfileState state, FlightRow row, bool processes)
    {
        string? process = processes ? ProcessNames.Of(row.Process, state.VmNames) : null;
        if (row.UnderWay is { } o)
            Cells(canvas, line, Style.Plain, o.Device, Doing(o), FlightHead.Rough(Math.Max(0, state.NowNs - o.StateSinceNs)), process,
                Why(state, o), Style.Plain);
        else if (row.Done is { } done)
            Cells(canvas, line, Style.Plain, done.Device, Ended(done), Figures.Text(done.Time.DurationNs), process,
                Details(done), Style.Plain);
        else
            Cells(canvas, line, Style.Faint, row.Pending!, ("pending", Style.Faint), "", process, "", Style.Faint);
    }

    /// <summary>What an operation in progress is doing: "in reset (flr)".</summary>
    public static (string Text, Style Style) Doing(OperationInFlight o) => (o.State, o.Kind) switch
    {
        (OperationState.WaitingForLock, _) => ("waiting for a lock", Style.Waiting),
        (OperationState.Resetting, _) => ($"in reset{(o.Method == ResetMethod.Unknown ? "" : $" ({o.Method.Name()})")}", Style.Reset),
        (_, OperationKind.Release) => (o.Kind.Doing(), Style.Release),
        (_, OperationKind.Open) => (o.Kind.Doing(), Style.Plain),
        _ => (o.Kind.Doing(), Style.Reset),
    };

    /// <summary>Why it takes so long: the holder of the lock, or the reset methods that have failed; empty if there is no reason.</summary>
    public static string Why(ProfileState state, OperationInFlight o) =>
        o.State != OperationState.WaitingForLock ? ResetChainText.Of(o.FailedAttempts)
        : o.Holder is null ? "holder not seen"
        : o.HolderDevice is null ? $"held by {ProcessNames.Of(o.Holder, state.VmNames)}"
        : o.Holder.Tgid == o.Task.Tgid ? $"held for {o.HolderDevice}"
        : $"held for {o.HolderDevice} by {ProcessNames.Of(o.Holder, state.VmNames)}";

    private static (string Text, Style Style) Ended(Operation done) =>
        done.Kind == OperationKind.Release ? ("released", Style.Good) : done.Result < 0 ? ("open failed", Style.Alarm) : ("opened", Style.Good);

    private static string Details(Operation done) =>
        (done.Result < 0 ? $"{Errno.Name(done.Result)}, " : "") +
        (done.LockWaits.IsEmpty ? "" : $"waited {Figures.Text(done.LockWaitNs)}, ") +
        (done.LongestReset is not { } reset ? "not reset" : $"{reset.Method.Name()} reset {Figures.Text(done.ResetNs)}");

    private static void Cells(
        Canvas canvas, Area line, Style plain, string device, (string Text, Style Style) what, string time, string? process,
        string more, Style moreStyle)
    {
        int x = canvas.Write(line.X, line.Y, device, plain, line.Right);
        x = Math.Max(x + 1, line.X + DeviceWidth);
        int width = Math.Min(StateWidth, Math.Max(8, line.Right - x - TimeWidth - 1)), end = Math.Min(line.Right, x + width + TimeWidth);
        canvas.Write(x, line.Y, what.Text, what.Style, Math.Min(line.Right, x + width));
        canvas.WriteRight(end, line.Y, time, plain, x + width);
        x += width + TimeWidth + 2;
        if (process is not null)
        {
            canvas.Write(x, line.Y, process, plain, Math.Min(line.Right, x + ProcessWidth));
            x += ProcessWidth + 2;
        }
        canvas.Write(x, line.Y, more, moreStyle, line.Right);
    }
}
