using Profiler.Cli.Live;
using Profiler.Cli.Tui;
using Profiler.Cli.Vfio;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Vfio;

/// <summary>Numbers and layouts that we repeat of the kernel's and the C library's headers.</summary>
public class VfioUapiTests
{
    [Fact]
    public void Structs_and_constants_are_those_of_the_headers() =>
        new Mirrors(
            typeof(VfioUapi).Assembly, "<errno.h>", "<fcntl.h>", "<signal.h>", "<unistd.h>", "<sys/ioctl.h>", "<sys/mman.h>",
            "<sys/stat.h>", "<linux/vfio.h>")
        .Struct<vfio_group_status>("struct vfio_group_status")
        .Struct<vfio_iommu_type1_dma_map>("struct vfio_iommu_type1_dma_map")
        .Struct<Posix.Statx>("struct statx")
        .Constants(typeof(VfioUapi))
        .Constants(typeof(LibC))
        .Constants(typeof(Errno))
        .Constants(typeof(Posix))
        .Constants(typeof(Screen))
        .Check();
}
