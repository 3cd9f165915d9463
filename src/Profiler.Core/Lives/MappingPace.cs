using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>How fast a start in progress has pinned memory so far, and how long its mapping in progress still takes at that rate.</summary>
/// <param name="Bytes">Memory pinned by mappings that have ended.</param>
/// <param name="Ns">Wall time of these mappings, nanoseconds.</param>
/// <param name="MapsDevices">Devices' own memory was mapped, too.</param>
public readonly record struct MappingPace(long Bytes, long Ns, bool MapsDevices)
{
    // Less says nothing: a mapping has costs beside its pages.
    private const long MinBytes = 64 << 20;

    /// <summary>That of a start.</summary>
    public static MappingPace Of(Start start)
    {
        StartPart[] pinning = [.. start.Parts.Where(p => p.Mapping is { PinnedBytes: > 0 })];
        return new MappingPace(
            pinning.Sum(p => p.Mapping!.Value.PinnedBytes), Interval.UnionNs(pinning.AsSpan(), static p => p.Time),
            start.Parts.Any(p => p.Mapping is { DeviceBytes: > 0 }));
    }

    /// <summary>
    /// Estimated time until a mapping in progress ends, nanoseconds, if it is as fast as those before. Null if its size is not known, too
    /// little was mapped before, or it takes longer than that. Also null once devices' own memory was mapped: this may be more of it,
    /// which takes another time, and only the end tells.
    /// </summary>
    /// <param name="mapping">In progress.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public long? LeftNs(StartPartInFlight mapping, long nowNs)
    {
        if (mapping.Step != StartStep.Dma || mapping.Bytes == 0 || Bytes < MinBytes || Ns == 0 || MapsDevices)
            return null;
        long left = (long)((double)mapping.Bytes / Bytes * Ns) - Math.Max(0, nowNs - mapping.SinceNs);
        return left > 0 ? left : null;
    }
}
