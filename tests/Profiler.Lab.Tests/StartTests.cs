using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Two starts of a VM of QEMU with four devices and 1 GiB under KVM, one with 4 KiB pages and one with transparent huge pages; the second by
/// QEMU as the shell runs it, the first by the child that it leaves as a daemon. Then the same without KVM. Beside them, the kernel's own
/// tracer.
/// </summary>
public sealed class StartTests
{
    private const int Devices = 4;

    private const long Memory = 1L << 30;

    // Two programs at one place do not run at the same instant, nanoseconds.
    private const long Rest = 200_000;

    private const string Script = """
        modprobe kvm_amd
        tracing=/sys/kernel/tracing
        read -ra devices <<<"$LAB_DEVICES"
        echo mono >$tracing/trace_clock
        echo 'p:map vfio_iommu_type1_ioctl cmd=$arg2:u32 size=+u24($arg3):u64' >>$tracing/kprobe_events
        echo 'r:mapped vfio_iommu_type1_ioctl' >>$tracing/kprobe_events
        if [[ -e /dev/iommu ]]; then
            export QEMU=$(tests/lab/qemu) IOMMU=iommufd
            echo 'p:map_iommufd iopt_map_user_pages size=$arg5:u64' >>$tracing/kprobe_events
            echo 'r:mapped_iommufd iopt_map_user_pages' >>$tracing/kprobe_events
        fi
        echo 'p:runs kvm_arch_vcpu_ioctl_run' >>$tracing/kprobe_events
        echo 1 | tee $tracing/events/kprobes/enable $tracing/events/sched/sched_process_{exec,fork}/enable >/dev/null
        run() { # NAME pages accel
            echo "$2" >/sys/kernel/mm/transparent_hugepage/enabled
            echo >$tracing/trace
            MEMORY=1024 ACCEL=$3 NAME=$1 out/vfioscope record -o "$OUT/$1.vfioscope" -- bash -euo pipefail -c '
                tests/lab/vm "$1" /run/vm.pid "${@:2}"
                cp /run/vm.pid "$OUT/$NAME.pid"
                tests/lab/vm stop /run/vm.pid' - "${verb:-start}" "${devices[@]}"
            # One run of a vCPU is enough, and they are very many.
            grep -v ' runs: ' $tracing/trace >"$OUT/$1.trace"
            grep ' runs: ' $tracing/trace | head -1 >>"$OUT/$1.trace" || :
            out/vfioscope report "$OUT/$1.vfioscope" --format json -o "$OUT/$1.json"
            out/vfioscope report "$OUT/$1.vfioscope" -o "$OUT/$1.txt"
        }
        run small never kvm
        verb=foreground run large always kvm
        run tcg never tcg
        """;

    private static readonly GuestPerKernel Guests = new(kernel => LabGuest.Run(Script, Devices, kernel, cpus: 1));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.12 iommufd")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void It_lasts_until_a_vCPU_runs(string kernel)
    {
        foreach (string name in (string[])["small", "large"])
        {
            (JsonNode start, KernelTrace trace, int pid) = Of(kernel, name);
            Assert.Equal(("vm", "run", true, false), (Text(start, "kind"), Text(start, "end"), start["from_exec"]!.GetValue<bool>(), start["began_before"]!.GetValue<bool>()));
            Assert.Equal(Devices, start["devices"]!.AsArray().Count);
            long runs = trace.Events.First(e => e.What.StartsWith("runs: ", StringComparison.Ordinal)).Ns;
            Assert.InRange(Ns(start, "start_ns") + Ns(start, "wall_ns") - runs, -Rest, Rest);
            long begin = name == "small"
                ? trace.Events.Single(e => e.What.EndsWith($" child_pid={pid}", StringComparison.Ordinal)).Ns
                : trace.Events.Last(e => e.What.Contains($" pid={pid} ", StringComparison.Ordinal) && e.What.StartsWith("sched_process_exec: ", StringComparison.Ordinal)).Ns;
            Assert.InRange(Ns(start, "start_ns") - begin, -Rest, Rest);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Without_KVM_it_lasts_until_the_devices_are_left_alone(string kernel)
    {
        (JsonNode start, _, _) = Of(kernel, "tcg");
        Assert.Equal(("process", "quiet"), (Text(start, "kind"), Text(start, "end")));
        Assert.Equal(Devices, start["devices"]!.AsArray().Count);
        long last = start["devices"]!.AsArray().Concat(start["other_resets"]!.AsArray()).Max(d => Ns(d!, "start_ns") + Ns(d!, "duration_ns"));
        Assert.InRange(Ns(start, "start_ns") + Ns(start, "wall_ns"), last, long.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_is_mapped_is_what_the_monitor_asked_for_and_takes_as_long_as_the_kernel_says(string kernel)
    {
        foreach (string name in (string[])["small", "large", "tcg"])
        {
            (JsonNode start, KernelTrace trace, _) = Of(kernel, name);
            JsonNode mapped = start["mapped"]!;
            long endNs = Ns(start, "start_ns") + Ns(start, "wall_ns");
            (long Size, long Ns)[] theirs = [.. Mappings(trace, kernel == "iommufd").Where(m => m.Begin < endNs).Select(m => (m.Size, m.End - m.Begin))];
            Assert.Equal(theirs.Length, mapped["mappings"]!.GetValue<int>());
            Assert.Equal(theirs.Sum(m => m.Size), Ns(mapped, "pinned_bytes") + Ns(mapped, "device_bytes"));
            Assert.InRange(Ns(mapped, "pinned_bytes"), Memory, long.MaxValue);
            long took = theirs.Sum(m => m.Ns);
            Assert.InRange(Ns(mapped, "duration_ns") - took, -Math.Max(took / 100, theirs.Length * Rest), Math.Max(took / 100, theirs.Length * Rest));
            long phases = Phase(start, "dma_allocate") + Phase(start, "dma_pin") + Phase(start, "dma_device");
            Assert.InRange(phases, Ns(mapped, "duration_ns") * 98 / 100, Ns(mapped, "duration_ns"));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_size_of_pages_is_seen_and_has_its_own_remedy(string kernel)
    {
        JsonNode small = Of(kernel, "small").Start, large = Of(kernel, "large").Start;
        // Almost all of it: what the firmware's images had touched was there.
        Assert.InRange(Ns(small["mapped"]!, "allocated_bytes"), Memory / 100 * 98, Memory + Memory / 100);
        Assert.Equal(4096, (double)Ns(small["mapped"]!, "allocated_bytes") / Ns(small["mapped"]!, "allocated_pages"), 4096 * 0.02);
        Assert.InRange(Ns(large["mapped"]!, "small_page_bytes"), 0, Memory / 10);
        Assert.Contains("small_pages", Findings(small));
        Assert.DoesNotContain("memory_zeroing", Findings(small));
        Assert.Contains("memory_zeroing", Findings(large));
        Assert.DoesNotContain("small_pages", Findings(large));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Its_phases_add_up_and_the_second_resets_are_a_part_of_it(string kernel)
    {
        foreach (string name in (string[])["small", "large", "tcg"])
        {
            JsonNode start = Of(kernel, name).Start;
            Assert.Equal(Ns(start, "wall_ns"), start["phases"]!.AsObject().Sum(p => p.Value!.GetValue<long>()));
            Assert.Equal(Devices, start["other_resets"]!.AsArray().Select(r => Text(r!, "bdf")).Distinct().Count());
        }
    }

    private static (JsonNode Start, KernelTrace Trace, int Pid) Of(string kernel, string name)
    {
        LabGuest.Prepare("tests/lab/qemu");
        LabGuest guest = Guests[kernel];
        JsonNode report = guest.Json(name + ".json");
        Assert.True(report["capture"]!["complete"]!.GetValue<bool>(), report["capture"]!.ToJsonString());
        int pid = int.Parse(guest.Text(name + ".pid"), CultureInfo.InvariantCulture);
        return (Assert.Single(report["starts"]!.AsArray(), s => s!["pid"]!.GetValue<int>() == pid)!, new KernelTrace(guest.Text(name + ".trace")), pid);
    }

    // Each begin, and the next end: one thread maps.
    private static IEnumerable<(long Begin, long End, long Size)> Mappings(KernelTrace trace, bool iommufd)
    {
        (string begin, string end) = iommufd ? ("map_iommufd: ", "mapped_iommufd: ") : ("map: ", "mapped: ");
        for (int i = 0; i < trace.Events.Count; i++)
        {
            (long ns, string what) = trace.Events[i];
            // VFIO_IOMMU_MAP_DMA is 0x3b71.
            if (what.StartsWith(begin, StringComparison.Ordinal) && (iommufd || what.Contains(" cmd=15217 ", StringComparison.Ordinal)))
                yield return (ns, trace.Events.Skip(i).First(e => e.What.StartsWith(end, StringComparison.Ordinal)).Ns, long.Parse(what.Split(" size=")[1], CultureInfo.InvariantCulture));
        }
    }

    private static string[] Findings(JsonNode start) => [.. start["findings"]!.AsArray().Select(f => Text(f!, "id"))];

    private static long Phase(JsonNode start, string name) => Ns(start["phases"]!, name + "_ns");

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
