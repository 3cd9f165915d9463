using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>What was unmapped and unpinned in a part of a teardown, as the kernel's programs counted it.</summary>
/// <param name="Mappings">That were removed, however many IOMMUs had them; null if not known.</param>
/// <param name="Bytes">Their size, with devices' own memory; null if not known.</param>
/// <param name="UnpinnedBytes">Of memory; null if not known. What is unmapped beside it belongs to devices.</param>
/// <param name="Pieces">Contiguous in memory, in which it was unmapped; null if not known, as for an iommufd.</param>
public sealed record DmaUnmapping(long? Mappings, long? Bytes, long? UnpinnedBytes, Pieces? Pieces)
{
    /// <summary>Of an event; null if nothing was unmapped, or that is not watched.</summary>
    /// <param name="unmapped">From the event.</param>
    internal static DmaUnmapping? Of(in WireUnmapped unmapped)
    {
        var counted = (Counted)unmapped.Counted;
        if ((counted & (Counted.Bytes | Counted.Unpinned)) == 0)
            return null;
        bool bytes = (counted & Counted.Bytes) != 0;
        long mappings = Bounded(unmapped.Mappings), batches = Bounded(unmapped.Batches, MaxBatches);
        return new DmaUnmapping(
            bytes ? mappings : null, bytes ? Bounded(unmapped.Bytes) : null,
            (counted & Counted.Unpinned) != 0 ? Bounded(unmapped.Unpinned) : null,
            bytes && batches > 0 ? Spans.Pieces.Of(batches, mappings) : null);
    }

    /// <summary>The sum of two: what is not known of one is not known of both.</summary>
    public static DmaUnmapping operator +(DmaUnmapping a, DmaUnmapping b) =>
        new(a.Mappings + b.Mappings, a.Bytes + b.Bytes, a.UnpinnedBytes + b.UnpinnedBytes, a.Pieces + b.Pieces);

    // No machine has as much, in pages of 4 KiB at least: an event that is not trusted cannot overflow a sum.
    private const ulong MaxBytes = 1UL << 48, MaxBatches = MaxBytes >> 12;

    private static long Bounded(ulong number, ulong max = MaxBytes) => number < max ? (long)number : 0;
}

/// <summary>A number of pieces, of which only the bounds are known.</summary>
/// <param name="AtLeast">There are as many.</param>
/// <param name="AtMost">There are no more.</param>
public readonly record struct Pieces(long AtLeast, long AtMost)
{
    /// <summary>Of batches, which are full but for the last of each mapping.</summary>
    public static Pieces Of(long batches, long mappings) => new(
        Math.Max(batches, WireEvent.UnpinBatch * (batches - mappings) + mappings), WireEvent.UnpinBatch * batches);

    /// <summary>The sum of two.</summary>
    public static Pieces operator +(Pieces a, Pieces b) => new(a.AtLeast + b.AtLeast, a.AtMost + b.AtMost);
}
