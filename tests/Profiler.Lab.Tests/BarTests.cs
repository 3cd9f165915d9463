using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// A process maps a BAR of 64 MiB, reads half of it and has it mapped for DMA (tests/lab/bars), beside the kernel's own count of the returns of
/// the driver's fault handler: once at an address where large pages fit, once where they do not.
/// </summary>
public sealed class BarTests
{
    private const long Bar = 64L << 20, SmallPage = 4096, LargePage = 2L << 20;

    // The kernel's own return probe prints "… arg1=0x100" (VM_FAULT_NOPAGE) for a fault that was handled.
    private const string Script = """
        tracing=/sys/kernel/tracing
        echo 32768 >$tracing/buffer_size_kb
        handler=vfio_pci_mmap_fault
        if grep -qw vfio_pci_mmap_huge_fault /proc/kallsyms; then handler=vfio_pci_mmap_huge_fault; fi
        echo "r:theirs $handler \$retval:x32" >$tracing/kprobe_events
        for where in aligned shifted; do
            echo >$tracing/trace
            echo 1 >$tracing/events/kprobes/theirs/enable
            out/vfioscope record -o "$OUT/$where.vfioscope" -- tests/lab/bars $LAB_DEVICES $where >"$OUT/$where.txt"
            echo 0 >$tracing/events/kprobes/theirs/enable
            grep -c 'theirs: .*arg1=0x100$' $tracing/trace >"$OUT/$where.handled" || true
            out/vfioscope report "$OUT/$where.vfioscope" --format json -o "$OUT/$where.json"
        done
        """;

    private static readonly GuestPerKernel Guests = new(kernel => LabGuest.Run(Script, devices: 1, kernel, topology: "display"));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.1 6.12")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void All_of_the_BAR_is_faulted_in_by_as_many_faults_as_the_kernel_counts(string kernel)
    {
        foreach (string where in new[] { "aligned", "shifted" })
        {
            JsonNode bars = Bars(kernel, where);
            Assert.Equal(Bar, Number(bars, "small_page_bytes") + Number(bars, "large_page_bytes") + Number(bars, "giant_page_bytes"));
            Assert.Equal(long.Parse(Guests[kernel].Text(where + ".handled"), CultureInfo.InvariantCulture), Number(bars, "faults"));
            Assert.True(Number(bars, "duration_ns") > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_pages_are_as_large_as_kernel_and_address_allow(string kernel)
    {
        if (kernel is "5.10" or "6.1")
        {
            // One fault maps all of it.
            foreach (string where in new[] { "aligned", "shifted" })
                Assert.Equal((1, Bar), (Number(Bars(kernel, where), "faults"), Number(Bars(kernel, where), "small_page_bytes")));
            return;
        }
        JsonNode aligned = Bars(kernel, "aligned"), shifted = Bars(kernel, "shifted");
        Assert.Equal((Bar / LargePage, Bar), (Number(aligned, "faults"), Number(aligned, "large_page_bytes")));
        Assert.Equal((Bar / SmallPage, Bar), (Number(shifted, "faults"), Number(shifted, "small_page_bytes")));
    }

    private static JsonNode Bars(string kernel, string where)
    {
        JsonNode read = Guests[kernel].Json(where + ".json");
        Assert.True(read["capture"]!["complete"]!.GetValue<bool>(), read["capture"]!.ToJsonString());
        return Assert.Single(read["starts"]!.AsArray())!["bar_faults"]!;
    }

    private static long Number(JsonNode node, string field) => node[field]!.GetValue<long>();
}
