using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Bpf.Ring;
using Profiler.Bpf.Session;
using Profiler.Tests.Support;

namespace Profiler.Bpf.Tests.Native;

/// <summary>What we repeat of the kernel's and libbpf's public headers, and of our own for the BPF programs.</summary>
public sealed class KernelStructsTests
{
    [Fact]
    public void Structs_and_constants_are_those_of_the_headers() =>
        new Mirrors(
            typeof(LibBpf).Assembly, "<linux/bpf.h>", "<linux/btf.h>", "<linux/mount.h>", "<linux/perf_event.h>",
            "<poll.h>", "<sys/eventfd.h>", "<sys/mman.h>", "<sys/syscall.h>", "<bpf/bpf.h>", "<bpf/libbpf.h>", $"\"{Ours("events.h")}\"", $"\"{Ours("maps.h")}\"")
        .AllOf("Profiler.Bpf.Native")
        .Struct<BpfProgInfo>("struct bpf_prog_info", isHead: true)
        .Struct<BpfMapInfo>("struct bpf_map_info", size: "offsetof(struct bpf_map_info, map_flags)")
        .Struct<LibC.PollFd>("struct pollfd")
        .Struct<BpfObjectOpenOptions>("struct bpf_object_open_opts", isHead: true)
        .Struct<BpfTestRunOptions>("struct bpf_test_run_opts")
        .Struct<LibC.PerfEventAttr>("struct perf_event_attr", size: "PERF_ATTR_SIZE_VER5")
        .Struct<Settings>("struct settings")
        .Struct<Control>("struct control")
        .Struct<UnderWay>("struct under_way")
        .Enum<TrackedAs>("TRACKED_")
        .Struct<ModuleCounts>("struct module_counts")
        .Struct<Question>("struct question")
        .Struct<KindCounters>("struct kind_counters")
        .Constants(typeof(BpfMapInfo))
        .Constants(typeof(LibC))
        .Constants(typeof(MapSizes))
        .Constants(typeof(PrivateMount))
        .Constants(typeof(Refusal))
        .Constants(typeof(RingRecords))
        .Constants(typeof(RunStatistics))
        .Constants(typeof(SharedMaps))
        .Constants(typeof(Btf))
        .Constants(typeof(LibBpfLog))
        .CheckedBy(typeof(BpfKprobeLinkInfo), "Profiler.Lab.Tests.NewerHeadersTests")
        .Check();

    [Fact]
    public void What_is_not_compared_is_named()
    {
        IReadOnlyList<string> missing = new Mirrors(typeof(LibBpf).Assembly).AllOf("Profiler.Bpf.Native").Unchecked();
        string[] some =
        [
            "Profiler.Bpf.Native.BpfProgInfo", // has an explicit layout
            "Profiler.Bpf.Native.LibC+PerfEventAttr", // is given to a native function
            "Profiler.Bpf.Native.Control", // is in the namespace
            "Profiler.Bpf.Kernel.PrivateMount.SYS_fsopen",
        ];
        Assert.Equal(some, some.Intersect(missing));
    }

    private static string Ours(string header) => Path.GetFullPath(Golden.Beside($"../../../bpf/{header}"));
}
