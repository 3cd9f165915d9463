using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Starts without a VM: devices are opened and 1 GiB is mapped for them, in pages of two sizes (release --open-only --page), and unmapped again.
/// Then, with less memory, beside the kernel's own trace of what IOMMUs unmap; and a process that unmaps a part itself before it exits.
/// </summary>
public sealed class StagedStartTests
{
    private const long Memory = 1L << 30;

    // Pages of 1 GiB are left out: in the guest's 4 GiB none is free in one piece once it runs.
    private static readonly string[] Sizes = ["4k", "2m"];

    // Resident memory is counted by a percpu_counter since 6.2: up to 32 pages of 4 KiB are not added up yet, of each of two CPUs, in each of
    // the two looks at it (lib/percpu_counter.c, percpu_counter_batch).
    private const long Uncounted = 2 * 2 * 32 * 4096;

    // The program writes milliseconds, and two devices are added up.
    private const double Rounding = 0.001;

    private const string Script = """
        iommu=type1 open=open
        if [[ -e /dev/iommu ]]; then iommu=iommufd open=bind; fi
        echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
        huge() { awk '$1 == "thp_fault_alloc" { print $2 }' /proc/vmstat; }
        for page in 4k 2m; do
            before=$(huge)
            out/vfioscope record -o "$OUT/$page.vfioscope" -- \
                out/vfioscope release --open-only --dma 1G --page $page --iommu $iommu $LAB_DEVICES >"$OUT/$page.txt"
            echo $(($(huge) - before)) >"$OUT/$page.huge"
            out/vfioscope report "$OUT/$page.vfioscope" --format json -o "$OUT/$page.json"
        done
        tracing=/sys/kernel/tracing
        echo mono >$tracing/trace_clock
        echo 16384 >$tracing/buffer_size_kb
        for page in 4k 2m; do
            echo 1 >$tracing/events/iommu/unmap/enable
            out/vfioscope record -o "$OUT/traced.vfioscope" -- \
                out/vfioscope release --open-only --dma 64M --page $page --iommu $iommu $LAB_DEVICES >"$OUT/traced.txt"
            echo 0 >$tracing/events/iommu/unmap/enable
            cp $tracing/trace "$OUT/$page.trace"
            echo >$tracing/trace
            out/vfioscope report "$OUT/traced.vfioscope" --format json -o "$OUT/$page.traced.json"
        done
        out/vfioscope record -o "$OUT/asked.vfioscope" -- \
            tests/lab/actor "$OUT/asked.log" "$open=1 dma=64M dma=8M dma=32M on=TERM:wake pause unmap=64M unmap=8M exit" TERM@a.pause.begin+0.5
        out/vfioscope report "$OUT/asked.vfioscope" --format json -o "$OUT/asked.json"
        """;

    private static readonly GuestPerKernel Guests = new(kernel => LabGuest.Run(Script, devices: 2, kernel));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("iommufd", "5.10 6.12")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_pages_are_those_that_were_asked_for(string kernel)
    {
        (long pages, long smallBytes) = Allocated(kernel, "4k");
        Assert.Equal(Memory / 4096, pages);
        Assert.InRange(smallBytes, Memory - Uncounted, Memory + Uncounted);
        (pages, smallBytes) = Allocated(kernel, "2m");
        Assert.Equal(Memory >> 21, pages);
        Assert.InRange(smallBytes, 0, Uncounted);
        // The kernel's own count of huge pages that nobody had to reserve; our own kernel counts no such events.
        if (kernel != "iommufd")
            Assert.All(Sizes, page => Assert.Equal(page == "2m" ? $"{Memory >> 21}" : "0", Guests[kernel].Text(page + ".huge").Trim()));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_program_itself_measures_the_same(string kernel)
    {
        foreach (string page in Sizes)
        {
            JsonNode start = Start(kernel, page);
            string[][] lines = [.. Guests[kernel].Text(page + ".txt").Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
            double opened = start["devices"]!.AsArray().Sum(d => d!["duration_ns"]!.GetValue<long>() / 1e9);
            Assert.InRange(lines.Where(l => l is [var name, ..] && name.Contains(':')).Sum(Seconds) - opened, -Rounding, 0.2);
            Assert.InRange(Seconds(lines.Single(l => l is ["memory", ..])) - start["mapped"]!["duration_ns"]!.GetValue<long>() / 1e9, -Rounding, 0.2);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_is_unmapped_is_what_was_mapped(string kernel)
    {
        foreach (string page in Sizes)
        {
            JsonNode unmapped = Unmapped(kernel, page + ".json");
            Assert.Equal((1, Memory, Memory), (Number(unmapped, "mappings"), Number(unmapped, "bytes"), Number(unmapped, "unpinned_bytes")));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_kernel_itself_traces_as_many_bytes_and_pieces(string kernel)
    {
        foreach (string page in Sizes)
        {
            JsonNode unmapped = Unmapped(kernel, page + ".traced.json");
            long closed = Guests[kernel].Json(page + ".traced.json")["shutdowns"]![0]!["start_ns"]!.GetValue<long>();
            long[] theirs =
            [
                .. new KernelTrace(Guests[kernel].Text(page + ".trace")).Events
                    .Where(e => e.Ns >= closed && e.What.StartsWith("unmap: ", StringComparison.Ordinal))
                    .Select(e => long.Parse(e.What.Split("unmapped_size=")[1], CultureInfo.InvariantCulture)),
            ];
            Assert.Equal((64L << 20, 64L << 20), (theirs.Sum(), Number(unmapped, "unpinned_bytes")));
            if (kernel == "iommufd")
                Assert.Null(unmapped["pieces_max"]);
            else
                Assert.InRange(theirs.Length, Number(unmapped, "pieces_min"), Number(unmapped, "pieces_max"));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_a_process_unmaps_itself_before_it_exits_is_counted_if_it_is_large(string kernel)
    {
        JsonNode unmapped = Unmapped(kernel, "asked.json");
        // 64 MiB by an ioctl, and 32 MiB at the exit; not the ioctl for 8 MiB.
        Assert.Equal((2, 96L << 20, 96L << 20), (Number(unmapped, "mappings"), Number(unmapped, "bytes"), Number(unmapped, "unpinned_bytes")));
    }

    private static JsonNode Unmapped(string kernel, string report)
    {
        JsonNode read = Guests[kernel].Json(report);
        Assert.True(read["capture"]!["complete"]!.GetValue<bool>(), read["capture"]!.ToJsonString());
        return Assert.Single(read["shutdowns"]!.AsArray())!["unmapped"]!;
    }

    private static long Number(JsonNode node, string field) => node[field]!.GetValue<long>();

    private static double Seconds(string[] line) => double.Parse(line[1], CultureInfo.InvariantCulture);

    private static (long Pages, long SmallBytes) Allocated(string kernel, string page)
    {
        JsonNode mapped = Start(kernel, page)["mapped"]!;
        Assert.Equal(Memory, mapped["pinned_bytes"]!.GetValue<long>());
        Assert.InRange(mapped["allocated_bytes"]!.GetValue<long>(), Memory - Uncounted, Memory + Uncounted);
        return (mapped["allocated_pages"]!.GetValue<long>(), mapped["small_page_bytes"]!.GetValue<long>());
    }

    private static JsonNode Start(string kernel, string page)
    {
        JsonNode report = Guests[kernel].Json(page + ".json");
        Assert.True(report["capture"]!["complete"]!.GetValue<bool>(), report["capture"]!.ToJsonString());
        return Assert.Single(report["starts"]!.AsArray())!;
    }
}
