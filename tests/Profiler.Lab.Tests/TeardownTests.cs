using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The whole teardown, on every kernel: a VM under KVM, memory that has to be unpinned, and a device that outlives its
/// process. In one guest, since booting takes longer than any of it.
/// </summary>
public sealed class TeardownTests
{
    // Where a busy host lets the emulated processor rest, that counts, nanoseconds.
    private const long Rest = 20_000_000;

    // The kernel's own tracer has a probe each at the begin and end of the unmapping, with the clock of the events.
    private const string Script = """
        read -ra devices <<<"$LAB_DEVICES"
        run() {
            out/vfioscope record -o "$OUT/$1.vfioscope" -- "${@:2}"
            out/vfioscope report "$OUT/$1.vfioscope" --format json -o "$OUT/$1.json"
        }
        modprobe kvm_amd
        ACCEL=kvm run vm bash -c 'tests/lab/vm start /run/vm.pid $LAB_DEVICES; tests/lab/vm stop /run/vm.pid; sleep 0.5'

        cd /sys/kernel/tracing
        echo mono >trace_clock
        echo 'p:lab/detach vfio_iommu_type1_detach_group' >kprobe_events
        echo 'r:lab/detached vfio_iommu_type1_detach_group' >>kprobe_events
        echo 1 >events/lab/enable
        cd - >/dev/null
        run dma out/vfioscope release --mode exit --dma 256M "${devices[0]}"
        cp /sys/kernel/tracing/trace "$OUT/trace"

        run held bash -c 'tests/lab/hold "$1" 60 >"$OUT/child"; sleep 2' - "${devices[0]}"
        """;

    public static TheoryData<string> Kernels => LabScript.Kernels;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Each_second_is_told_where_it_went(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 3, kernel, timeoutSeconds: 500);

        JsonNode vm = Shutdown(guest, "vm");
        AddsUp(vm);
        // On 5.10, whose resets are quick, all of it is half a second: there a single rest of the emulated processor is more.
        Assert.InRange(Ns(vm, "unattributed_ns"), 0, Math.Max(0.02 * Ns(vm, "wall_ns"), Rest));
        foreach (string phase in (string[])["process_ns", "memory_ns", "release_ns", "iommu_ns", "kvm_ns", "files_ns", "reaping_ns"])
            Assert.True(Ns(vm["phases"]!, phase) > 0, $"{phase} in {vm["phases"]!.ToJsonString()}");

        JsonNode dma = Shutdown(guest, "dma");
        AddsUp(dma);
        long detaching = Detaching(guest.Text("trace"));
        Assert.True(detaching > 20_000_000, $"{detaching} ns of unpinning 256 MiB");
        // Two probes at one function do not run at one instant.
        Assert.InRange(Ns(dma["phases"]!, "iommu_ns") - detaching, -Rest, Rest);

        JsonNode held = Shutdown(guest, "held");
        AddsUp(held);
        Assert.Empty(held["devices"]!.AsArray());
        int child = int.Parse(guest.Text("child"), CultureInfo.InvariantCulture);
        JsonNode finding = Assert.Single(held["findings"]!.AsArray())!;
        Assert.Equal("device_not_released", finding["id"]!.GetValue<string>());
        Assert.Contains($"python3 (pid {child})", finding["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static JsonNode Shutdown(LabGuest guest, string name)
    {
        JsonNode report = guest.Json(name + ".json");
        Assert.Equal(0, report["capture"]!["events_lost"]!.GetValue<long>());
        Assert.Equal(0, report["capture"]!["events_unmatched"]!.GetValue<long>());
        return Assert.Single(report["shutdowns"]!.AsArray())!;
    }

    private static void AddsUp(JsonNode shutdown) => Assert.Equal(
        Ns(shutdown, "wall_ns"),
        Ns(shutdown, "unattributed_ns") + shutdown["phases"]!.AsObject().Sum(p => p.Value!.GetValue<long>()));

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();

    // "vfioscope-231 [001] d..1 41.123456: detach: (vfio_iommu_type1_detach_group+0x0/0x230)"
    private static long Detaching(string trace)
    {
        IEnumerable<double> Times(string what) => trace.Split('\n')
            .Where(line => !line.StartsWith('#') && line.Contains($": {what}: ", StringComparison.Ordinal))
            .Select(line => line[..line.IndexOf($": {what}: ", StringComparison.Ordinal)].Split(' ')[^1])
            .Select(seconds => double.Parse(seconds, CultureInfo.InvariantCulture));
        return (long)((Times("detached").Sum() - Times("detach").Sum()) * 1e9);
    }
}
