using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>Parts of devices' BARs that page faults put into a process's page tables.</summary>
/// <param name="Faults">That did so. Before Linux 6.12 one maps all of an area.</param>
/// <param name="SmallBytes">In pages of the smallest size, 4 KiB on x86-64.</param>
/// <param name="LargeBytes">In larger pages of less than 1 GiB, 2 MiB on x86-64.</param>
/// <param name="GiantBytes">In pages of 1 GiB or more.</param>
/// <param name="DurationNs">In the driver's fault handler, summed over threads, nanoseconds; that of faults that failed, too.</param>
public readonly record struct BarFaults(long Faults, long SmallBytes, long LargeBytes, long GiantBytes, long DurationNs)
{
    /// <summary>What was mapped, in pages of any size.</summary>
    public long Bytes => SmallBytes + LargeBytes + GiantBytes;

    /// <summary>Of an event.</summary>
    /// <param name="bars">From the event.</param>
    internal static BarFaults Of(in WireBarFaults bars) => new(
        Bounded(bars.Faults), Bounded(bars.Small), Bounded(bars.Large), Bounded(bars.Giant), Bounded(bars.TimeNs));

    /// <summary>The sum of two.</summary>
    public static BarFaults operator +(BarFaults a, BarFaults b) => new(
        a.Faults + b.Faults, a.SmallBytes + b.SmallBytes, a.LargeBytes + b.LargeBytes, a.GiantBytes + b.GiantBytes, a.DurationNs + b.DurationNs);

    // No machine has as much: an event that is not trusted cannot overflow a sum.
    private static long Bounded(ulong number) => number < 1UL << 48 ? (long)number : 0;
}

/// <summary>What a process faulted in of devices' BARs since the last of these.</summary>
/// <param name="Task">The thread that told it; all threads of the process may have had faults.</param>
/// <param name="Faults">What it faulted in.</param>
/// <param name="TimeNs">When it was told: after the faults, CLOCK_MONOTONIC.</param>
public sealed record BarsFaulted(TaskId Task, BarFaults Faults, long TimeNs) : Activity;
