using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>A process that is letting its devices go, or was told to, as far as it has come.</summary>
/// <param name="SoFar">What is over: its releases are those that are done; none if it was only told to go.</param>
/// <param name="Releasing">Releases going on, oldest first.</param>
/// <param name="Held">
/// Devices it opened and has not begun to release, in the order in which the kernel will close them if the process exits: that of
/// their descriptors (close_files() in fs/file.c goes up from 0). Of devices opened before the capture the order of descriptors is
/// known where the kernel names them in fdinfo, else they are by address; of those opened later the order of opening stands for it,
/// as each open takes the lowest number that is free. A process that closes devices itself, as QEMU on SIGTERM, may do so in another order.
/// </param>
/// <param name="HeldKnown">It was watched as it opened them; else there may be more than <paramref name="Held"/> says.</param>
public sealed record ShutdownInFlight(
    Shutdown SoFar, ImmutableArray<OperationInFlight> Releasing, ImmutableArray<string> Held, bool HeldKnown)
{
    /// <summary>The process.</summary>
    public TaskId Task => SoFar.Task;

    /// <summary>Devices released, being released and to come, as far as known.</summary>
    public int Devices => SoFar.Releases.Length + Releasing.Length + Held.Length;

    /// <summary>Being released, and doing something other than waiting for a lock.</summary>
    public int Busy => Releasing.Count(r => r.State != OperationState.WaitingForLock);

    /// <summary>
    /// How long its releases may still take, nanoseconds: what is left, as many at a time as now, each for the median
    /// of what those that are over took without waiting. Null while none is over, or where nobody knows what is left.
    /// </summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public long? LeftNs(long nowNs)
    {
        if (SoFar.Releases.IsEmpty || !HeldKnown)
            return null;
        long[] own = [.. SoFar.Releases.Select(r => r.Time.DurationNs - r.LockWaitNs).Order()];
        long median = own[own.Length / 2];
        int left = Releasing.Length + Held.Length, busy = Math.Max(1, Busy);
        // What the present ones have behind them, at most what they should take.
        long begun = Releasing.Where(r => r.State != OperationState.WaitingForLock)
            .Select(r => Math.Clamp(nowNs - r.WorkingSinceNs, 0, median)).DefaultIfEmpty().Min();
        return Math.Max(0, (left + busy - 1) / busy * median - begun);
    }
}
