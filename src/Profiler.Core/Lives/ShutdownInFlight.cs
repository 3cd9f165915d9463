using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>A shutdown in progress, or of a process that was asked to end.</summary>
/// <param name="SoFar">The shutdown up to now; its releases are those that have ended.</param>
/// <param name="Releasing">Releases in progress, oldest first.</param>
/// <param name="Held">
/// Pending devices: opened, and release not begun, in the order in which the kernel will close them if the process exits: from the
/// highest descriptor down. close_files() in fs/file.c goes up from 0, and the last steps of closing then run as task work, last in,
/// first out (task_work_run() in kernel/task_work.c; seen in the lab on 6.12). For devices opened before the capture,
/// the order of descriptors is known where the kernel names devices in fdinfo, else they are by address; for those opened later, the
/// order of opening stands for it, as each open takes the lowest free number. A process that closes devices itself may use another
/// order.
/// </param>
/// <param name="HeldKnown">Its opens were seen; else there may be more than <paramref name="Held"/> says.</param>
public sealed record ShutdownInFlight(
    Shutdown SoFar, ImmutableArray<OperationInFlight> Releasing, ImmutableArray<string> Held, bool HeldKnown)
{
    /// <summary>The process.</summary>
    public TaskId Task => SoFar.Task;

    /// <summary>Devices released, in progress and pending, as far as known.</summary>
    public int Devices => SoFar.Releases.Length + Releasing.Length + Held.Length;

    /// <summary>Releases in progress that do not wait for a lock.</summary>
    public int Busy => Releasing.Count(r => r.State != OperationState.WaitingForLock);

    /// <summary>
    /// Estimated time until all devices are released, nanoseconds: the remaining releases, as many in parallel as now, each with the
    /// median duration, without lock waits, of those that have ended. Null while none has ended, or if the pending ones are unknown.
    /// </summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public long? LeftNs(long nowNs)
    {
        if (SoFar.Releases.IsEmpty || !HeldKnown)
            return null;
        long[] own = [.. SoFar.Releases.Select(r => r.Time.DurationNs - r.LockWaitNs).Order()];
        long median = own[own.Length / 2];
        int left = Releasing.Length + Held.Length, busy = Math.Max(1, Busy);
        // The part of the current releases that is done, at most the median.
        long begun = Releasing.Where(r => r.State != OperationState.WaitingForLock)
            .Select(r => Math.Clamp(nowNs - r.WorkingSinceNs, 0, median)).DefaultIfEmpty().Min();
        return Math.Max(0, (left + busy - 1) / busy * median - begun);
    }
}
