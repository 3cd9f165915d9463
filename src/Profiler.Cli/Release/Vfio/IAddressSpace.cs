using Profiler.Core;

namespace Profiler.Cli.Release.Vfio;

/// <summary>One address space for DMA, with the devices in it. The kernel unmaps it when the last of its devices has gone.</summary>
internal interface IAddressSpace : IDisposable
{
    /// <summary>Opens a device and puts it into the address space.</summary>
    /// <returns>The descriptor; the caller closes it, before this address space.</returns>
    /// <exception cref="UserException">The device cannot be opened (3).</exception>
    int OpenDevice(VfioDevice device);

    /// <summary>Maps memory for DMA, once, after the first device is open.</summary>
    /// <exception cref="UserException">It cannot be mapped (3).</exception>
    void MapMemory(IommuOptions options);

    /// <exception cref="UserException">The kernel does not have it, or there is no permission (3).</exception>
    static IAddressSpace Open(IommuApi api) => api switch
    {
        IommuApi.Iommufd => IommufdAddressSpace.Open(),
        IommuApi.Compat => VfioContainer.OpenIommufd(),
        _ => VfioContainer.Open(),
    };
}
