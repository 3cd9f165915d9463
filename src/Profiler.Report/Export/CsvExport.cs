using System.Globalization;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report.Export;

/// <summary>
/// A recording as CSV: a row for each release, open, requested reset, and for each lock wait and reset inside of them or outside.
/// docs/export.md describes the columns; columns are added at the end, never renamed.
/// </summary>
public static class CsvExport
{
    private static readonly string[] Columns =
    [
        "kind", "operation", "operation_start_ns", "start", "start_ns", "end_ns", "duration_ns", "bdf", "device", "pid", "tid", "comm", "vm",
        "lock_wait_ns", "reset_ns", "lock", "lock_kind", "as_writer", "holders", "holder_pid", "holder_tid", "holder_comm", "holder_vm",
        "holder_bdf", "holder_ns", "reset_method", "reset_attempts", "error", "partial", "capture_complete",
    ];

    public static void Write(TextWriter to, Exported exported)
    {
        var csv = new CsvWriter(to, Columns);
        var rows = new Rows(csv, exported);
        int next = 0;
        foreach (Operation operation in exported.Operations)
        {
            for (; next < exported.Resets.Length && exported.Resets[next].Reset.Time.StartNs < operation.Time.StartNs; next++)
                rows.Write(exported.Resets[next]);
            rows.Write(operation);
        }
        for (; next < exported.Resets.Length; next++)
            rows.Write(exported.Resets[next]);
    }

    private sealed class Rows(CsvWriter csv, Exported exported)
    {
        private readonly bool _complete = exported.Report.Capture.Complete;

        public void Write(Operation o)
        {
            Begin(o.Kind.Name(), null, o.Time, o.Device, o.Task, o.Process);
            csv.Set("lock_wait_ns", o.LockWaitNs);
            csv.Set("reset_ns", o.ResetNs);
            csv.Set("lock", o.Lock == 0 ? null : exported.Locks.Of(o.Lock));
            csv.Set("reset_method", o.LongestReset?.Method.Name());
            csv.Set("error", ShutdownReport.Error(o.Result));
            csv.Set("partial", o.Partial);
            csv.EndRow();
            foreach (LockWait wait in o.LockWaits)
                Write(o, wait);
            foreach (Reset reset in o.Resets)
                Write(o, o.Task, o.Process, reset);
        }

        public void Write(StandaloneReset r) => Write(null, r.Task, r.Task.Comm, r.Reset);

        private void Write(Operation operation, LockWait wait)
        {
            Begin("lock_wait", operation, wait.Time, operation.Device, operation.Task, operation.Process);
            csv.Set("lock_wait_ns", wait.Time.DurationNs);
            csv.Set("lock", exported.Locks.Of(wait.Lock));
            csv.Set("lock_kind", wait.Kind.Name());
            csv.Set("as_writer", wait.AsWriter);
            Write(wait.Holders);
            csv.Set("partial", operation.Partial);
            csv.EndRow();
        }

        // The one that held it longest; of those that held it equally long the first.
        private void Write(Holders holders)
        {
            Holder? longest = null;
            int count = 0;
            foreach (Holder holder in holders)
            {
                count++;
                if (longest is null || holder.Ns > longest.Ns)
                    longest = holder;
            }
            csv.Set("holders", count);
            if (longest is null)
                return;
            csv.Set("holder_pid", longest.Task?.Tgid);
            csv.Set("holder_tid", longest.Task?.Tid);
            csv.Set("holder_comm", longest.Process);
            csv.Set("holder_vm", longest.Task is { } task ? exported.Vm(task.Tgid) : null);
            csv.Set("holder_bdf", longest.Device);
            csv.Set("holder_ns", longest.Ns);
        }

        private void Write(Operation? operation, TaskId task, string process, Reset reset)
        {
            Begin("reset", operation, reset.Time, reset.Device, task, process);
            csv.Set("reset_ns", reset.Time.DurationNs);
            csv.Set("reset_method", reset.Method.Name());
            csv.Set("reset_attempts", string.Join(' ', reset.Attempts.Select(a => a.Method.Name())));
            csv.Set("error", ShutdownReport.Error(reset.Result));
            csv.Set("partial", operation?.Partial ?? false);
            csv.EndRow();
        }

        private void Begin(string kind, Operation? of, Interval time, string bdf, TaskId task, string process)
        {
            csv.Set("kind", kind);
            csv.Set("operation", of?.Kind.Name());
            csv.Set("operation_start_ns", of?.Time.StartNs);
            csv.Set("start", exported.WallClock(time.StartNs).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
            csv.Set("start_ns", time.StartNs);
            csv.Set("end_ns", time.EndNs);
            csv.Set("duration_ns", time.DurationNs);
            csv.Set("bdf", bdf);
            csv.Set("device", exported.Recorded.Devices.TryGetValue(bdf, out DeviceIdentity? device) ? DeviceNames.Of(device) : null);
            csv.Set("pid", task.Tgid);
            csv.Set("tid", task.Tid);
            csv.Set("comm", process);
            csv.Set("vm", exported.Vm(task.Tgid));
            csv.Set("capture_complete", _complete);
        }
    }
}
