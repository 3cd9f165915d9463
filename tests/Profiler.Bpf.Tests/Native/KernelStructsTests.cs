using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Tests.Support;

namespace Profiler.Bpf.Tests.Native;

/// <summary>What we read of the kernel's answers, against its public header.</summary>
public sealed class KernelStructsTests
{
    [Fact]
    public void Program_information_is_read_where_the_header_has_it()
    {
        string[] lines =
        [
            Offset(nameof(BpfProgInfo.run_time_ns)),
            Offset(nameof(BpfProgInfo.run_cnt)),
            Offset(nameof(BpfProgInfo.recursion_misses)),
            $"BPF_LINK_TYPE_PERF_EVENT {BpfKprobeLinkInfo.PerfEventLink}",
        ];
        Assert.Equal(lines, CCompiler.Evaluate("<linux/bpf.h>", lines.Select(l => l[..l.LastIndexOf(' ')])));
    }

    private static string Offset(string field) =>
        $"offsetof(struct bpf_prog_info, {field}) {Marshal.OffsetOf<BpfProgInfo>(field)}";
}
