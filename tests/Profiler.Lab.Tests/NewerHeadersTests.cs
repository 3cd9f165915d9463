using Profiler.Bpf.Native;
using Profiler.Cli.Release.Vfio;
using Profiler.Tests.Support;

namespace Profiler.Lab.Tests;

/// <summary>What we repeat of headers that are newer than those of Debian 12: against the newest kernel's.</summary>
public sealed class NewerHeadersTests
{
    [Fact]
    public void Structs_and_constants_of_BPF_are_those_of_the_headers() =>
        new Mirrors(typeof(BpfKprobeLinkInfo).Assembly, $"\"{Header("include/uapi/linux/bpf.h")}\"")
        .Struct<BpfKprobeLinkInfo>("struct bpf_link_info", isHead: true, fields: new()
        {
            [nameof(BpfKprobeLinkInfo.perf_event_type)] = "perf_event.type",
            [nameof(BpfKprobeLinkInfo.missed)] = "perf_event.kprobe.missed",
        })
        .Constants(typeof(BpfKprobeLinkInfo))
        .CompareAll();

    [Fact]
    public void Structs_and_constants_of_iommufd_are_those_of_the_headers() =>
        new Mirrors(
            typeof(IommufdUapi).Assembly, "<sys/ioctl.h>", $"\"{Path.Combine(LabGuest.Root, "tests/Profiler.Lab.Tests/annotations.h")}\"",
            $"\"{Header("include/uapi/linux/vfio.h")}\"",
            $"\"{Header("include/uapi/linux/iommufd.h")}\"")
        .Struct<iommu_ioas_alloc>("struct iommu_ioas_alloc")
        .Struct<iommu_ioas_map>("struct iommu_ioas_map")
        // Both grow at their ends; the kernel goes by their sizes.
        .Struct<vfio_device_bind_iommufd>("struct vfio_device_bind_iommufd", isHead: true)
        .Struct<vfio_device_attach_iommufd_pt>("struct vfio_device_attach_iommufd_pt", isHead: true)
        .Constants(typeof(IommufdUapi))
        .CompareAll();

    private static string Header(string name)
    {
        LabGuest.Prepare("tests/lab/kernel", "--headers", "newest");
        string sources = Path.Combine(LabGuest.Root, ".cache/kernels/newest/headers/usr/src");
        return Path.Combine(Directory.GetDirectories(sources, "linux-headers-*-common").Single(), name);
    }
}
