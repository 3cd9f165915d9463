namespace Profiler.Cli.Release.Vfio;

/// <summary>Memory to map for DMA, as for a VM.</summary>
/// <param name="Size">0 for none.</param>
/// <param name="HugePages">Whether huge pages are allowed, which are pinned and unpinned much faster.</param>
internal sealed record DmaOptions(ByteSize Size, bool HugePages)
{
    public static DmaOptions None { get; } = new(default, HugePages: false);
}
