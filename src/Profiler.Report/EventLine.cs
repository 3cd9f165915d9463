using System.Globalization;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Recording;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Report;

/// <summary>Events as lines of text, for outputs that are no terminal: each with the wall-clock time (UTC) of its end.</summary>
/// <param name="info">Converts times.</param>
/// <param name="vmNames">Names of virtual machines by process.</param>
public sealed class EventLine(CaptureInfo info, IReadOnlyDictionary<int, string> vmNames)
{
    /// <summary>A line for a signal, a release, an open, or a reset outside of them; null for other activities.</summary>
    public string? Of(Activity activity) => activity switch
    {
        Operation o => Line(
            o.Time.EndNs,
            $"{o.Kind.Name()} {o.Device} by {Name(o.Task)}: " +
            $"{Figures.Text(o.Time.DurationNs)}{LockWait(o)}{string.Concat(o.Resets.Select(r => ", " + Reset(r)))}"),
        StandaloneReset r => Line(r.Reset.Time.EndNs, $"reset {r.Reset.Device} by {Name(r.Task)}: {Reset(r.Reset)}"),
        SignalDelivered s => Line(s.TimeNs, $"{Signals.Name(s.Number)} for {Name(s.Target)} from {Name(s.Sender)}"),
        _ => null,
    };

    /// <summary>The line for a shutdown.</summary>
    public string Of(Shutdown s) => Line(
        s.Time.EndNs,
        $"shutdown of {Name(s.Task)}: {(s.IsWhole ? "" : "at least ")}{Figures.Text(s.Time.DurationNs)}, {s.Trigger.Name()}, " +
        $"{Figures.Count(s.Releases.Length, "device")}, " +
        $"lock wait {Figures.Text(s.LockWaitNs)}, reset {Figures.Text(s.ResetNs)}");

    /// <summary>The line for a start.</summary>
    public string Of(Start s) => Line(
        s.Time.EndNs,
        $"start of {Name(s.Task)}: {(s.BeganBefore || s.Unfinished ? "at least " : "")}{Figures.Text(s.Time.DurationNs)}{Ended(s)}, " +
        $"{Figures.Count(s.Opened, "device")}, {Figures.Bytes(s.Mapped.PinnedBytes)} pinned, " +
        $"lock wait {Figures.Text(s.LockWaitNs)}, reset {Figures.Text(s.ResetNs)}");

    private static string Ended(Start s) => s.End switch
    {
        StartEnd.Run => ", then the VM ran",
        StartEnd.Exit => ", then it exited",
        _ => "",
    };

    private string Line(long timeNs, string text)
    {
        return Printable.Clean($"{LineTime.Of(info, timeNs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {text}");
    }

    private static string LockWait(Operation o) =>
        o.LockWaits.IsEmpty ? "" : $", of that {Figures.Text(o.LockWaitNs)} waiting for a lock";

    private static string Reset(Reset reset) => !reset.FailedBefore.IsEmpty
        ? $"reset {Figures.Text(reset.Time.DurationNs)} ({ResetChainText.Of(reset.Attempts)})"
        : $"reset by {reset.Method.Name()} {Figures.Text(reset.Time.DurationNs)}" +
        (reset.Result == 0 ? "" : $" ({Errno.Name(reset.Result)})");

    private string Name(TaskId task) => ProcessNames.Of(task, vmNames);
}
