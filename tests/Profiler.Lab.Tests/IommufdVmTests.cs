using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Three VMs of QEMU 10, one after another, whose devices are bound to an iommufd. The first runs before the capture begins; the last
/// gets its devices as descriptors from another process. Two of the four devices share a dev_set. Beside it, the kernel's own tracer.
/// </summary>
public sealed class IommufdVms
{
    public const int Devices = 4;

    private const string Script = """
        export QEMU=$(tests/lab/qemu)
        cd /sys/kernel/tracing
        echo mono >trace_clock
        echo 'p:lab/unmap iommufd_fops_release' >kprobe_events
        echo 'r:lab/unmapped iommufd_fops_release' >>kprobe_events
        echo 'sig == 9 || sig == 15 || sig == 17' >events/signal/signal_generate/filter
        echo 1 | tee events/lab/enable events/signal/signal_generate/enable >/dev/null
        cd - >/dev/null
        cat >"$OUT/ends.sh" <<'END'
        start() { NAME=$1 IOMMU=$2 tests/lab/vm start "/run/$1.pid" $LAB_DEVICES && cp "/run/$1.pid" "$OUT"; }
        end() { kill -"$2" "$(<"$OUT/$1.pid")"; tail --pid="$(<"$OUT/$1.pid")" -s 0.05 -f /dev/null; }
        END
        cat >"$OUT/vms.sh" <<'END'
        source "$OUT/ends.sh"
        end told TERM
        start killed iommufd; end killed KILL
        start passed passed; end passed TERM
        END
        source "$OUT/ends.sh"
        start told iommufd
        out/vfioscope record -o "$OUT/vms.vfioscope" -- bash -euo pipefail "$OUT/vms.sh"
        cp /sys/kernel/tracing/trace "$OUT/trace"
        out/vfioscope report "$OUT/vms.vfioscope" --format json -o "$OUT/report.json"
        for device in $LAB_DEVICES; do echo "$device $(<"/sys/bus/pci/devices/$device/reset_method")"; done >"$OUT/methods"
        """;

    public IommufdVms()
    {
        LabGuest.Prepare("tests/lab/qemu");
        Guest = LabGuest.Run(Script, Devices, "iommufd", "pair");
        Report = Guest.Json("report.json");
        Trace = new KernelTrace(Guest.Text("trace"));
        Methods = Guest.Text("methods").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => words[1]);
    }

    public LabGuest Guest { get; }

    public JsonNode Report { get; }

    public KernelTrace Trace { get; }

    /// <summary>How each device is reset, by sysfs.</summary>
    public IReadOnlyDictionary<string, string> Methods { get; }

    public int Pid(string vm) => int.Parse(Guest.Text($"{vm}.pid"), CultureInfo.InvariantCulture);

    public JsonNode Shutdown(string vm) => Assert.Single(Report["shutdowns"]!.AsArray(), s => s!["vm"]!.GetValue<string>() == vm)!;

    /// <summary>Of the kernel's tracer: from the signal to the SIGCHLD that the dead QEMU sends to init, nanoseconds.</summary>
    public (long From, long To) Ending(string vm)
    {
        int pid = Pid(vm);
        long from = Trace.Events.First(e => e.What.Contains($" pid={pid} ", StringComparison.Ordinal)).Ns;
        return (from, Trace.Events.First(e => e.Ns > from && e.What.Contains(" pid=1 ", StringComparison.Ordinal)).Ns);
    }
}

public sealed class IommufdVmTests(IommufdVms vms) : IClassFixture<IommufdVms>
{
    // What other processes of the guest and its kernel do in between counts, nanoseconds.
    private const long Rest = 60_000_000;

    public static TheoryData<string, string> Signals => new() { { "told", "SIGTERM" }, { "killed", "SIGKILL" }, { "passed", "SIGTERM" } };

    public static TheoryData<string> All => ["told", "killed", "passed"];

    // Before its start no capture was running.
    public static TheoryData<string> Started => ["killed", "passed"];

    [Fact]
    public void All_of_it_is_seen_and_nothing_lost()
    {
        JsonNode capture = vms.Report["capture"]!;
        Assert.True(capture["complete"]!.GetValue<bool>(), capture.ToJsonString());
        Assert.Equal(0, capture["events_lost"]!.GetValue<long>());
        Assert.Equal(0, capture["events_unmatched"]!.GetValue<long>());
        Assert.Equal(3, vms.Report["shutdowns"]!.AsArray().Count);
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_shutdown_has_the_name_of_its_VM_and_the_signal(string vm, string signal)
    {
        JsonNode shutdown = vms.Shutdown(vm);
        Assert.Equal(vms.Pid(vm), shutdown["pid"]!.GetValue<int>());
        Assert.Equal(signal, shutdown["trigger"]!.GetValue<string>());
        Assert.True(shutdown["process_gone"]!.GetValue<bool>());
        Assert.False(shutdown["began_before"]!.GetValue<bool>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_device_is_released_once_and_reset_as_sysfs_says(string vm) => Assert.Equal(
        vms.Methods.Select(m => $"{m.Key} {m.Value}").Order(),
        vms.Shutdown(vm)["devices"]!.AsArray().Select(d => $"{d!["bdf"]} {Assert.Single(d["resets"]!.AsArray())!["method"]}").Order());

    [Theory]
    [MemberData(nameof(Started))]
    public void Each_bind_is_an_open_of_QEMU_with_its_reset(string vm)
    {
        JsonNode[] opens = [.. vms.Report["opens"]!.AsArray().Select(o => o!).Where(o => o["pid"]!.GetValue<int>() == vms.Pid(vm))];
        Assert.Equal(
            vms.Methods.Select(m => $"{m.Key} {m.Value}").Order(),
            opens.Select(o => $"{o["bdf"]} {Assert.Single(o["resets"]!.AsArray())!["method"]}").Order());
        // The two that share a dev_set have one lock.
        Assert.Equal(IommufdVms.Devices - 1, opens.Select(o => o["lock"]!.GetValue<string>()).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_takes_as_long_as_the_kernels_tracer_says(string vm)
    {
        JsonNode shutdown = vms.Shutdown(vm);
        (long from, long to) = vms.Ending(vm);
        Assert.InRange(Ns(shutdown, "start_ns") - from, -Rest, Rest);
        Assert.InRange(Ns(shutdown, "wall_ns") - Ns(shutdown["phases"]!, "reaping_ns") - (to - from), -Rest, Rest);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_second_is_told_where_it_went(string vm) => Phases.AreTold(vms.Shutdown(vm));

    // QEMU makes its page table itself, and so it is not taken down with the last device.
    [Theory]
    [MemberData(nameof(All))]
    public void What_the_iommufd_unmaps_after_the_devices_is_the_IOMMUs_phase(string vm)
    {
        (long from, long to) = vms.Ending(vm);
        long unmapping = vms.Trace.Between("unmap", "unmapped", from, to);
        Assert.True(unmapping > 1_000_000, $"{unmapping} ns of unpinning 256 MiB");
        Assert.InRange(Ns(vms.Shutdown(vm)["phases"]!, "iommu_ns") - unmapping, -Rest, Rest);
    }

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
