using Profiler.Cli.Release.Vfio;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Profiler.Cli.Tests.Release;

/// <summary>Our numbers and layouts against the kernel's header, by way of the compiler the BPF programs need anyway.</summary>
public class VfioUapiTests
{
    [Fact]
    public void Requests_flags_and_structs_are_those_of_linux_vfio_h() => Compile(
        $"""
        #include <stddef.h>
        #include <fcntl.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <linux/vfio.h>
        _Static_assert(VFIO_API_VERSION == {VfioUapi.VFIO_API_VERSION}, "");
        _Static_assert(VFIO_TYPE1v2_IOMMU == {VfioUapi.VFIO_TYPE1v2_IOMMU}, "");
        _Static_assert(VFIO_GROUP_FLAGS_VIABLE == {VfioUapi.VFIO_GROUP_FLAGS_VIABLE}, "");
        _Static_assert(VFIO_DMA_MAP_FLAG_READ == {VfioUapi.VFIO_DMA_MAP_FLAG_READ}, "");
        _Static_assert(VFIO_DMA_MAP_FLAG_WRITE == {VfioUapi.VFIO_DMA_MAP_FLAG_WRITE}, "");
        _Static_assert(VFIO_GET_API_VERSION == {VfioUapi.VFIO_GET_API_VERSION}, "");
        _Static_assert(VFIO_CHECK_EXTENSION == {VfioUapi.VFIO_CHECK_EXTENSION}, "");
        _Static_assert(VFIO_SET_IOMMU == {VfioUapi.VFIO_SET_IOMMU}, "");
        _Static_assert(VFIO_GROUP_GET_STATUS == {VfioUapi.VFIO_GROUP_GET_STATUS}, "");
        _Static_assert(VFIO_GROUP_SET_CONTAINER == {VfioUapi.VFIO_GROUP_SET_CONTAINER}, "");
        _Static_assert(VFIO_GROUP_GET_DEVICE_FD == {VfioUapi.VFIO_GROUP_GET_DEVICE_FD}, "");
        _Static_assert(VFIO_IOMMU_MAP_DMA == {VfioUapi.VFIO_IOMMU_MAP_DMA}, "");
        _Static_assert(sizeof(struct vfio_group_status) == {Unsafe.SizeOf<vfio_group_status>()}, "");
        _Static_assert(offsetof(struct vfio_group_status, argsz) == {Offset<vfio_group_status>(nameof(vfio_group_status.argsz))}, "");
        _Static_assert(offsetof(struct vfio_group_status, flags) == {Offset<vfio_group_status>(nameof(vfio_group_status.flags))}, "");
        _Static_assert(sizeof(struct vfio_iommu_type1_dma_map) == {Unsafe.SizeOf<vfio_iommu_type1_dma_map>()}, "");
        _Static_assert(offsetof(struct vfio_iommu_type1_dma_map, argsz) == {Offset<vfio_iommu_type1_dma_map>("argsz")}, "");
        _Static_assert(offsetof(struct vfio_iommu_type1_dma_map, flags) == {Offset<vfio_iommu_type1_dma_map>("flags")}, "");
        _Static_assert(offsetof(struct vfio_iommu_type1_dma_map, vaddr) == {Offset<vfio_iommu_type1_dma_map>("vaddr")}, "");
        _Static_assert(offsetof(struct vfio_iommu_type1_dma_map, iova) == {Offset<vfio_iommu_type1_dma_map>("iova")}, "");
        _Static_assert(offsetof(struct vfio_iommu_type1_dma_map, size) == {Offset<vfio_iommu_type1_dma_map>("size")}, "");
        _Static_assert(PROT_READ == {LibC.PROT_READ} && PROT_WRITE == {LibC.PROT_WRITE}, "");
        _Static_assert(MAP_PRIVATE == {LibC.MAP_PRIVATE} && MAP_ANONYMOUS == {LibC.MAP_ANONYMOUS}, "");
        _Static_assert(MADV_HUGEPAGE == {LibC.MADV_HUGEPAGE} && MADV_NOHUGEPAGE == {LibC.MADV_NOHUGEPAGE}, "");
        _Static_assert(O_RDWR == {LibC.O_RDWR}, "");
        _Static_assert(O_CLOEXEC == {LibC.O_CLOEXEC}, "");
        """);

    private static nint Offset<T>(string field) => Marshal.OffsetOf<T>(field);

    private static void Compile(string source)
    {
        using var compiler = Process.Start(new ProcessStartInfo("clang", ["-fsyntax-only", "-x", "c", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        string complaints = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, complaints);
    }
}
