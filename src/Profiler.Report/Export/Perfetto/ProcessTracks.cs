using System.Globalization;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Linux;

namespace Profiler.Report.Export.Perfetto;

/// <summary>The tracks of processes, with their starts and shutdowns, and of their threads.</summary>
internal sealed class ProcessTracks(TraceTracks tracks, Exported exported)
{
    public void Add(Shutdown s)
    {
        Track track = Lives(s.Task);
        tracks.Add(track, new Slice($"shutdown: {s.Trigger.Words()}", "shutdown", s.Time)
        {
            Details =
            [
                ("devices", s.Releases.Length), ("lock_wait_ns", s.LockWaitNs), ("reset_ns", s.ResetNs), ("if_parallel_ns", s.IfParallelNs),
                ("began_before", Only(s.BeganBefore)), ("unfinished", Only(s.Unfinished)),
            ],
        });
        foreach ((Phase phase, Interval time) in ShutdownPhases.Timeline(s))
            tracks.Add(track, new Slice(phase.Words(s.Task.Comm), "phase", time));
        foreach (SignalDelivered signal in s.EarlierSignals.Concat(s.Signals))
        {
            tracks.Add(track, new Slice(
                ProcessNames.Sent(Signals.Name(signal.Number), signal.Sender.Tgid, signal.Sender.Comm), "signal",
                new Interval(signal.TimeNs, signal.TimeNs))
            {
                IsMark = true,
            });
        }
        foreach (TeardownPart part in s.Parts)
        {
            tracks.Add(ThreadTrack(part.Task, s.Task.Comm), new Slice(part.Step.Words(), "teardown", part.Time)
            {
                Details = part.Unmapping is { } u ? [("bytes", u.Bytes), ("unpinned_bytes", u.UnpinnedBytes), ("mappings", u.Mappings)] : [],
            });
        }
    }

    public void Add(Start s)
    {
        Track track = Lives(s.Task);
        tracks.Add(track, new Slice($"start: {s.Kind.Name()}", "start", s.Time)
        {
            Details =
            [
                ("end", s.End.Name()), ("devices", s.Opened), ("pinned_bytes", s.Mapped.PinnedBytes), ("lock_wait_ns", s.LockWaitNs),
                ("reset_ns", s.ResetNs), ("began_before", Only(s.BeganBefore)), ("unfinished", Only(s.Unfinished)),
            ],
        });
        foreach ((StartPhase phase, Interval time) in StartPhases.Timeline(s))
            tracks.Add(track, new Slice(phase.Words(), "phase", time));
        foreach (TeardownPart part in s.PowerChanges)
            tracks.Add(ThreadTrack(part.Task, s.Task.Comm), new Slice(part.Step.Words(), "start", part.Time));
        foreach (StartPart part in s.Parts)
        {
            tracks.Add(ThreadTrack(part.Task, s.Task.Comm), new Slice(part.Step.Words(), "start", part.Time)
            {
                Details = part.Mapping is { } m
                    ? [("bytes", m.Bytes), ("pinned_bytes", m.PinnedBytes), ("allocated_bytes", m.AllocatedBytes), ("pages", m.Faults)]
                    : [],
            });
        }
    }

    public void Add(Operation o)
    {
        Track track = ThreadTrack(o.Task, o.Process);
        tracks.Add(track, new Slice($"{o.Kind.Words()} {o.Device}", o.Kind.Name(), o.Time)
        {
            Details =
            [
                ("bdf", o.Device), ("lock_wait_ns", o.LockWaitNs), ("reset_ns", o.ResetNs), ("partial", Only(o.Partial)),
                ("error", ShutdownReport.Error(o.Result)), ("stack", Stack(o.Stack)),
            ],
        });
        foreach (Reset reset in o.Resets)
            Add(track, reset);
    }

    public void Add(TaskId task, Reset reset) => Add(ThreadTrack(task, task.Comm), reset);

    /// <summary>A reset, without its parts.</summary>
    public static Slice ResetSlice(Reset r) => new($"reset by {r.Method.Name()} {r.Device}", "reset", r.Time)
    {
        Details =
        [
            ("method", r.Method.Name()), ("attempts", string.Join(' ', r.Attempts.Select(a => a.Method.Name()))),
            ("error", ShutdownReport.Error(r.Result)),
        ],
    };

    /// <summary>The track of a thread, under its process.</summary>
    /// <param name="task">The thread.</param>
    /// <param name="process">The name of its process, if it is no VM.</param>
    public Track ThreadTrack(TaskId task, string process)
    {
        AddProcess(task.Tgid, process);
        return new Track(
            string.Create(CultureInfo.InvariantCulture, $"thread {task.Tgid}/{task.Tid}"), task.Comm)
        {
            Thread = task,
        };
    }

    /// <summary>A kernel stack as lines, innermost first; null if there is none.</summary>
    public string? Stack(int? key) => key is { } known && exported.Recorded.Facts.Stacks.TryGetValue(known, out KernelStack? stack)
        ? string.Join('\n', StackText.WithoutAddresses(stack.Frames))
        : null;

    private void Add(Track track, Reset reset)
    {
        tracks.Add(track, ResetSlice(reset));
        if (reset.Attempts.Length > 1)
        {
            foreach (ResetAttempt attempt in reset.Attempts)
            {
                tracks.Add(track, new Slice($"attempt by {attempt.Method.Name()}", "reset_attempt", attempt.Time)
                {
                    Details = [("error", ShutdownReport.Error(attempt.Result))],
                });
            }
        }
        foreach (ResetPart part in reset.Parts)
            tracks.Add(track, new Slice($"{part.Step.Name()} {part.Device}", "reset_part", part.Time));
    }

    private Track Lives(TaskId task)
    {
        string process = AddProcess(task.Tgid, task.Comm);
        return new Track($"lives {process}", "starts and shutdowns", process);
    }

    private string AddProcess(int pid, string comm)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"process {pid}");
        tracks.Add(new Track(key, exported.Vm(pid) ?? comm)
        {
            Process = pid,
        });
        return key;
    }

    // Only what limits a figure is worth a line.
    private static bool? Only(bool flag) => flag ? true : null;
}
