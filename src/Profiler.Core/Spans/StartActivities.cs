using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>A process reached a point of its start.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">Its first contact with VFIO, the creation of a virtual machine, or the first run of a vCPU.</param>
/// <param name="TimeNs">CLOCK_MONOTONIC.</param>
public sealed record StartAdvanced(TaskId Task, StartStep Step, long TimeNs) : Activity
{
    /// <summary>The name of the process: that of its first thread. At the contact only.</summary>
    public string Process { get; init; } = "";

    /// <summary>At the contact: when the process began to run its program, or began with its parent's, CLOCK_MONOTONIC; null if that was not seen.</summary>
    public long? ExecNs { get; init; }

    /// <summary>The contact is the open of a device: what that is in may have been opened and mapped before the capture.</summary>
    public bool ByOpen { get; init; }

    /// <summary>At the contact: it has created a virtual machine, which has not run yet.</summary>
    public bool HasNewVm { get; init; }
}

/// <summary>A part of a start other than device opens.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">The part.</param>
/// <param name="Time">From begin to end.</param>
public sealed record StartPart(TaskId Task, StartStep Step, Interval Time) : Activity
{
    /// <summary>What a mapping for DMA did; null for other parts.</summary>
    public DmaMapping? Mapping { get; init; }
}

/// <summary>What mappings for DMA did.</summary>
/// <param name="Mappings">How many.</param>
/// <param name="Bytes">That were asked for, where known; at least those that were pinned.</param>
/// <param name="PinnedBytes">Of memory. What is mapped beside it belongs to devices.</param>
/// <param name="AllocatedBytes">Of memory that was not there yet: allocated and cleared as a rule, then pinned.</param>
/// <param name="Faults">Pages of any size in which it came.</param>
/// <param name="Failed">Mappings that failed.</param>
public readonly record struct DmaMapping(
    long Mappings, long Bytes, long PinnedBytes, long AllocatedBytes, long Faults, long Failed)
{
    /// <summary>Bytes of devices' own memory.</summary>
    public long DeviceBytes => Bytes - PinnedBytes;

    /// <summary>
    /// Of <see cref="AllocatedBytes"/>, those in small pages: as many pages of either size as make both sums. Pages of other sizes, as of
    /// hugetlbfs with 1 GiB, count as large ones.
    /// </summary>
    /// <param name="smallPage">Bytes of a small page.</param>
    /// <param name="largePage">Bytes of a large one.</param>
    public long SmallPageBytes(long smallPage, long largePage) => AllocatedBytes - BytesInLarger(smallPage, largePage);

    /// <summary>Of <see cref="AllocatedBytes"/>, those in pages of a larger size, if all others are of a smaller one.</summary>
    /// <param name="smaller">Bytes of a smaller page. If the others are smaller still, there is more in larger ones.</param>
    /// <param name="larger">Bytes of a larger one.</param>
    public long BytesInLarger(long smaller, long larger)
    {
        if (Faults == 0)
            return AllocatedBytes;
        double pages = Math.Max(0, ((double)AllocatedBytes - (double)smaller * Faults) / (larger - smaller));
        return Math.Clamp((long)(pages * larger), 0, AllocatedBytes);
    }

    /// <summary>The sum of two.</summary>
    public static DmaMapping operator +(DmaMapping a, DmaMapping b) => new(
        a.Mappings + b.Mappings, a.Bytes + b.Bytes, a.PinnedBytes + b.PinnedBytes, a.AllocatedBytes + b.AllocatedBytes,
        a.Faults + b.Faults, a.Failed + b.Failed);
}

/// <summary>A part of a start in progress.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Step">The part.</param>
/// <param name="SinceNs">Its begin, CLOCK_MONOTONIC.</param>
/// <param name="Bytes">What is to be mapped; 0 if it is not known, or another part.</param>
public sealed record StartPartInFlight(TaskId Task, StartStep Step, long SinceNs, long Bytes);
