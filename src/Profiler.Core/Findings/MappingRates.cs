using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>How fast this host maps memory that it has to allocate, by the size of its pages, from the mappings that were seen.</summary>
public sealed class MappingRates
{
    /// <summary>Bytes of a large page: of a PMD on x86-64, and on arm64 with small pages of 4 KiB.</summary>
    public const long LargePage = 2 << 20;

    /// <summary>Bytes of a page of hugetlbfs, of a PUD, in which memory comes only if it was reserved.</summary>
    public const long GiantPage = 1 << 30;

    // Less says nothing: a mapping has costs beside its pages.
    private const long MinBytes = 64 << 20;

    private long _largeBytes, _largeNs;

    /// <summary>The rates that starts show.</summary>
    public static MappingRates Of(IEnumerable<Start> starts)
    {
        var rates = new MappingRates();
        foreach (Start start in starts)
            rates.Add(start);
        return rates;
    }

    /// <summary>Adds the mappings of a start that are almost all of large pages.</summary>
    public void Add(Start start)
    {
        foreach (StartPart part in start.Parts)
        {
            if (part.Mapping is not { } mapping || mapping.AllocatedBytes < mapping.PinnedBytes / 10 * 9 ||
                mapping.SmallPageBytes(Environment.SystemPageSize, LargePage) > mapping.AllocatedBytes / 10)
                continue;
            _largeBytes += mapping.AllocatedBytes;
            _largeNs += part.Time.DurationNs;
        }
    }

    /// <summary>How long it would take in large pages, nanoseconds; null while that is not known on this host.</summary>
    public long? InLargePagesNs(long bytes) => _largeBytes < MinBytes ? null : (long)((double)bytes / _largeBytes * _largeNs);
}
