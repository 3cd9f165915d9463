using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The whole teardown, on every kernel: a VM under KVM, memory that has to be unpinned, and a device that outlives its
/// process. In one guest, since booting takes longer than any of it.
/// </summary>
public sealed class TeardownTests
{
    // What other processes of the guest and its kernel do in between counts, nanoseconds.
    private const long Rest = 20_000_000;

    // One recording, since attaching takes as long as any of them. The kernel's own tracer has a probe each at the begin and
    // end of the unmapping, with the clock of the events.
    private const string Script = """
        cd /sys/kernel/tracing
        echo mono >trace_clock
        echo 'p:lab/detach vfio_iommu_type1_detach_group' >kprobe_events
        echo 'r:lab/detached vfio_iommu_type1_detach_group' >>kprobe_events
        cd - >/dev/null
        modprobe kvm_amd
        cat >"$OUT/three.sh" <<'END'
        read -ra devices <<<"$LAB_DEVICES"
        ACCEL=kvm tests/lab/vm start /run/vm.pid "${devices[@]}"
        tests/lab/vm stop /run/vm.pid

        echo 1 >/sys/kernel/tracing/events/lab/enable
        out/vfioscope release --mode exit --dma 256M "${devices[0]}"
        echo 0 >/sys/kernel/tracing/events/lab/enable
        cp /sys/kernel/tracing/trace "$OUT/trace"

        tests/lab/hold "${devices[0]}" 60 >"$OUT/child"
        sleep 2
        END
        out/vfioscope record -o "$OUT/three.vfioscope" -- bash -euo pipefail "$OUT/three.sh"
        out/vfioscope report "$OUT/three.vfioscope" --format json -o "$OUT/three.json"
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("5.10 iommufd", "6.1 6.12 newest")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Each_second_is_told_where_it_went(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 3, kernel);

        JsonNode report = guest.Json("three.json");
        Assert.Equal(0, report["capture"]!["events_lost"]!.GetValue<long>());
        Assert.Equal(0, report["capture"]!["events_unmatched"]!.GetValue<long>());
        JsonNode[] shutdowns = [.. report["shutdowns"]!.AsArray().Select(s => s!).OrderBy(s => Ns(s, "start_ns"))];
        Assert.Equal(3, shutdowns.Length);
        (JsonNode vm, JsonNode dma, JsonNode held) = (shutdowns[0], shutdowns[1], shutdowns[2]);

        Phases.AddUp(vm);
        // On 5.10, whose resets are quick, all of it is half a second: there a single such moment is more.
        Assert.InRange(Ns(vm, "unattributed_ns"), 0, Math.Max(0.02 * Ns(vm, "wall_ns"), Rest));
        foreach (string phase in (string[])["process_ns", "memory_ns", "release_ns", "iommu_ns", "kvm_ns", "files_ns", "reaping_ns"])
            Assert.True(Ns(vm["phases"]!, phase) > 0, $"{phase} in {vm["phases"]!.ToJsonString()}");

        Phases.AddUp(dma);
        Assert.Equal((256L << 20, 256L << 20), (Ns(dma["unmapped"]!, "bytes"), Ns(dma["unmapped"]!, "unpinned_bytes")));
        long detaching = new KernelTrace(guest.Text("trace")).Between("detach", "detached");
        Assert.True(detaching > 20_000_000, $"{detaching} ns of unpinning 256 MiB");
        // Two probes at one function do not run at one instant.
        Assert.InRange(Ns(dma["phases"]!, "iommu_ns") - detaching, -Rest, Rest);

        Phases.AddUp(held);
        Assert.Empty(held["devices"]!.AsArray());
        int child = int.Parse(guest.Text("child"), CultureInfo.InvariantCulture);
        JsonNode finding = Assert.Single(held["findings"]!.AsArray())!;
        Assert.Equal("device_not_released", finding["id"]!.GetValue<string>());
        Assert.Contains($"python3 (pid {child})", finding["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
