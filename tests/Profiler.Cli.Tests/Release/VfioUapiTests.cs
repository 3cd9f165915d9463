using Profiler.Cli.Release.Vfio;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Release;

/// <summary>Numbers and layouts that we repeat of the kernel's and the C library's headers.</summary>
public class VfioUapiTests
{
    [Fact]
    public void Structs_and_constants_are_those_of_the_headers() =>
        new Mirrors(typeof(VfioUapi).Assembly, "<fcntl.h>", "<unistd.h>", "<sys/ioctl.h>", "<sys/mman.h>", "<linux/vfio.h>")
        .Struct<vfio_group_status>("struct vfio_group_status")
        .Struct<vfio_iommu_type1_dma_map>("struct vfio_iommu_type1_dma_map")
        .Constants(typeof(VfioUapi))
        .Constants(typeof(LibC))
        .CheckedBy(typeof(IommufdUapi), NewerHeaders)
        .CheckedBy(typeof(iommu_ioas_alloc), NewerHeaders)
        .CheckedBy(typeof(iommu_ioas_map), NewerHeaders)
        .CheckedBy(typeof(vfio_device_bind_iommufd), NewerHeaders)
        .CheckedBy(typeof(vfio_device_attach_iommufd_pt), NewerHeaders)
        .Check();

    private const string NewerHeaders = "Profiler.Lab.Tests.NewerHeadersTests";
}
