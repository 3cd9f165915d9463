using System.Collections.Immutable;

namespace Profiler.Cli.Release.Vfio;

/// <summary>In which pages memory for DMA is allocated. The larger, the fewer the kernel has to pin and unpin.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Bytes">Its bytes; memory is made of whole ones.</param>
internal sealed record PageSize(string Name, ulong Bytes)
{
    /// <summary>The smallest pages of the machine only, as on a host with fragmented memory.</summary>
    public static readonly PageSize Small = new("4k", (ulong)Environment.SystemPageSize);

    /// <summary>Transparent huge pages, as far as the kernel finds memory in one piece.</summary>
    public static readonly PageSize Huge = new("2m", 2UL << 20);

    /// <summary>Pages of hugetlbfs, which somebody has to reserve.</summary>
    public static readonly PageSize Giant = new("1g", 1UL << 30);

    public static readonly ImmutableArray<PageSize> All = [Small, Huge, Giant];

    public override string ToString() => Name;

    /// <returns>Null if there is no such size.</returns>
    public static PageSize? Parse(string name) => All.FirstOrDefault(p => p.Name == name);
}
