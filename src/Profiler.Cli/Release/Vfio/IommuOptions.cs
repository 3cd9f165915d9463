using Profiler.Cli.Usage;

namespace Profiler.Cli.Release.Vfio;

/// <summary>The kernel's interface to the IOMMU, and with it the way in which devices are opened.</summary>
internal enum IommuApi
{
    /// <summary>A container of IOMMU groups: devices are opened through their groups.</summary>
    Type1,

    /// <summary>Its successor (6.2): each device has a node of its own (6.6), and is bound to an iommufd.</summary>
    Iommufd,

    /// <summary>An iommufd in place of the container: devices are opened through their groups, and it emulates type 1.</summary>
    Compat,
}

/// <summary>How devices are opened, and what is mapped for them, as for a VM.</summary>
/// <param name="Api">The interface.</param>
/// <param name="Dma">Memory to map for DMA; 0 for none.</param>
/// <param name="Page">The pages of that memory.</param>
internal sealed record IommuOptions(IommuApi Api, ByteSize Dma, PageSize Page)
{
    public static IommuOptions Default { get; } = new(IommuApi.Type1, default, PageSize.Small);
}
