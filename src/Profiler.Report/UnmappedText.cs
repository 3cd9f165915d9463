using Profiler.Core;

namespace Profiler.Report;

/// <summary>What a shutdown unmapped and unpinned, as text.</summary>
internal static class UnmappedText
{
    // Bounds of the number of pieces that are nearer to each other are one number.
    private const double Close = 0.05;

    /// <summary>"memory unpinned  1 TiB  52.1 GB/s, 3 mappings", and the size of its pieces.</summary>
    public static IEnumerable<(string Name, string Value, string Remark)> Rows(ReportUnmapped u)
    {
        string mappings = u.Mappings is { } count ? $", {Figures.Count(count, "mapping")}" : "";
        if (u.UnpinnedBytes is { } unpinned)
            yield return ("memory unpinned", Figures.Bytes(unpinned), Figures.Rate(unpinned, u.DurationNs) + mappings);
        else
            yield return ("memory unpinned", "unknown", "this kernel's unpinning cannot be watched");
        if (u.Bytes is not { } bytes)
            yield break;
        if (u.UnpinnedBytes is null)
            yield return ("unmapped", Figures.Bytes(bytes), Figures.Rate(bytes, u.DurationNs) + mappings);
        else if (bytes > u.UnpinnedBytes)
            yield return ("device memory unmapped", Figures.Bytes(bytes - u.UnpinnedBytes.Value), "");
        if (Pieces(u, bytes) is { } pieces)
            yield return pieces;
    }

    private static (string Name, string Value, string Remark)? Pieces(ReportUnmapped u, long bytes)
    {
        if (u is not { PiecesMin: > 0 and { } min, PiecesMax: { } max })
            return null;
        string each = Figures.Bytes(bytes / max);
        return max - min <= Close * max
            ? ("in contiguous pieces", $"{max}", $"{each} each on average")
            : ("in contiguous pieces", $"up to {max}", $"{each} or more each on average");
    }
}
