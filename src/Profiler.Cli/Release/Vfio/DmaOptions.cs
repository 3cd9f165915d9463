namespace Profiler.Cli.Release.Vfio;

/// <summary>How much memory to map for DMA, as a VM's is.</summary>
/// <param name="Size">0 for none.</param>
/// <param name="HugePages">Whether it may be huge pages, which are pinned and unpinned far faster.</param>
internal sealed record DmaOptions(ByteSize Size, bool HugePages)
{
    public static DmaOptions None { get; } = new(default, HugePages: false);
}
