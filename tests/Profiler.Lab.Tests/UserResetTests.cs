using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// A program resets its devices by the two ioctls of VFIO, one of them from two threads at once, which share a dev_set. Beside it, kprobe
/// events of the kernel's own tracer on the ioctl and on the reset inside.
/// </summary>
public sealed class UserResetTests
{
    // Two probes at one place do not run at the same instant, nanoseconds.
    private const long Rest = 200_000;

    private const int DeviceReset = 0x3b6f, HotReset = 0x3b71;

    private const string Script = """
        tracing=/sys/kernel/tracing
        echo mono >$tracing/trace_clock
        ioctl=vfio_device_fops_unl_ioctl
        grep -qw vfio_assign_device_set /proc/kallsyms || ioctl=vfio_pci_ioctl
        cat >>$tracing/kprobe_events <<END
        p:lab/ioctl $ioctl cmd=%si:x32
        r:lab/ioctl_end $ioctl result=\$retval:s64
        p:lab/bus pci_reset_bus
        r:lab/bus_end pci_reset_bus result=\$retval:s32
        p:lab/function __pci_reset_function_locked
        r:lab/function_end __pci_reset_function_locked result=\$retval:s32
        END
        echo 'cmd == 0x3b6f || cmd == 0x3b71' >$tracing/events/lab/ioctl/filter
        echo 1 >$tracing/events/lab/enable
        open=open
        [[ ! -e /dev/iommu ]] || open=bind
        steps="$open=2 reset=0 hot-reset=0"
        # Without dev_sets two at once get in each other's way: one fails.
        [[ $ioctl == vfio_pci_ioctl ]] || steps+=' hot-reset-threads=2'
        out/vfioscope record -o "$OUT/resets.vfioscope" -- tests/lab/actor "$OUT/actor.log" "$steps exit"
        cat $tracing/trace >"$OUT/trace"
        out/vfioscope report "$OUT/resets.vfioscope" --format json -o "$OUT/report.json"
        out/vfioscope report "$OUT/resets.vfioscope"
        """;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, devices: 2, kernel, "pair", cpus: 1));

    private static readonly string[] Run = LabScript.Kernels("newest", "5.10 6.1 6.12 iommufd");

    public static TheoryData<string> Kernels => [.. Run];

    /// <summary>On 5.10 a hot reset takes no lock of the reset domain.</summary>
    public static TheoryData<string> WithDevSets => [.. Run.Except(["5.10"])];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Each_is_an_operation_as_long_as_the_kernel_says(string kernel)
    {
        Assert.True(Report(kernel)["capture"]!["complete"]!.GetValue<bool>(), Report(kernel)["capture"]!.ToJsonString());
        (JsonNode Reset, (int Tid, long Ns, long DurationNs, string Begin, string End) Call)[] pairs = Pairs(kernel);
        Assert.Equal(kernel == "5.10" ? 2 : 4, pairs.Length);
        Assert.All(pairs, pair =>
        {
            JsonNode operation = pair.Reset["operation"]!;
            Assert.Equal(pair.Call.Tid, operation["tid"]!.GetValue<int>());
            Assert.InRange(Ns(operation, "start_ns") - pair.Call.Ns, -Rest, Rest);
            Assert.InRange(Ns(operation, "duration_ns") - pair.Call.DurationNs, -Rest, Rest);
            Assert.Contains($"cmd=0x{(IsHot(pair.Reset) ? HotReset : DeviceReset):x}", pair.Call.Begin, StringComparison.Ordinal);
            // The lab's ports do not see a device come back after a reset of the bus.
            Assert.Equal(pair.Call.End.EndsWith("result=0", StringComparison.Ordinal) ? null : "ENOTTY", (string?)operation["error"]);
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Inside_is_the_reset_that_the_kernel_made(string kernel)
    {
        var trace = new KernelTrace(Guest[kernel].Text("trace"));
        Assert.All(Pairs(kernel), pair =>
        {
            JsonNode reset = Assert.Single(pair.Reset["operation"]!["resets"]!.AsArray())!;
            string function = IsHot(pair.Reset) ? "bus" : "function";
            var call = Assert.Single(trace.Calls(function, function + "_end"), c => c.Tid == pair.Call.Tid && IsIn(c.Ns, pair.Call.Ns, pair.Call.DurationNs));
            Assert.InRange(Ns(reset, "start_ns") - call.Ns, -Rest, Rest);
            Assert.InRange(Ns(reset, "duration_ns") - call.DurationNs, -Rest, Rest);
            Assert.EndsWith($"result={reset["result"]}", call.End, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_hot_reset_names_all_devices_of_the_bus_and_the_other_its_own(string kernel) => Assert.All(
        Report(kernel)["user_resets"]!.AsArray(), reset =>
        {
            string[] both = [.. Report(kernel)["devices"]!.AsArray().Select(d => d!["bdf"]!.GetValue<string>())];
            Assert.Equal(2, both.Length);
            string own = reset!["operation"]!["bdf"]!.GetValue<string>();
            string[] hit = [.. reset["devices"]!.AsArray().Select(d => d!.GetValue<string>())];
            Assert.Equal(IsHot(reset) ? [own, both.Single(d => d != own)] : [own], hit);
        });

    /// <summary>They answer, and their links are as before.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_device_is_worse_for_it(string kernel) => Assert.DoesNotContain(
        Report(kernel)["findings"]!.AsArray(), f => f!["id"]!.GetValue<string>().EndsWith("_after_reset", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(WithDevSets))]
    public void Of_two_hot_resets_at_once_one_waits_for_the_other(string kernel)
    {
        JsonNode[] both = [.. Report(kernel)["user_resets"]!.AsArray().Select(r => r!["operation"]!).TakeLast(2)];
        JsonNode waits = both.Single(o => o["lock_waits"]!.AsArray().Any(w => (string?)w!["lock_kind"] == "dev_set"));
        JsonNode holds = both.Single(o => o != waits);
        JsonNode[] holders = [.. waits["holders"]!.AsArray().Select(h => h!).Where(h => (string?)h["lock_kind"] == "dev_set")];
        Assert.All(holders, h => Assert.Equal(
            (holds["tid"]!.GetValue<int>(), holds["bdf"]!.GetValue<string>()), (h["tid"]!.GetValue<int>(), h["bdf"]!.GetValue<string>())));
        // It began after the other operation, and is over only after the reset in that.
        JsonNode wait = waits["lock_waits"]!.AsArray().Single(w => (string?)w!["lock_kind"] == "dev_set")!, reset = holds["resets"]![0]!;
        Assert.InRange(Ns(wait, "start_ns"), Ns(holds, "start_ns"), Ns(reset, "start_ns") + Ns(reset, "duration_ns"));
        Assert.True(Ns(wait, "start_ns") + Ns(wait, "duration_ns") >= Ns(reset, "start_ns") + Ns(reset, "duration_ns"), waits.ToJsonString());
        Assert.Equal(Ns(wait, "duration_ns"), holders.Sum(h => Ns(h, "ns")));
        Assert.Equal(waits["lock"]!.GetValue<string>(), holds["lock"]!.GetValue<string>());
    }

    private static (JsonNode Reset, (int Tid, long Ns, long DurationNs, string Begin, string End) Call)[] Pairs(string kernel)
    {
        JsonNode[] ours = [.. Report(kernel)["user_resets"]!.AsArray().Select(r => r!)];
        var theirs = new KernelTrace(Guest[kernel].Text("trace")).Calls("ioctl", "ioctl_end").ToArray();
        Assert.Equal(theirs.Length, ours.Length);
        return [.. ours.Zip(theirs)];
    }

    private static bool IsHot(JsonNode reset) => (string?)reset["kind"] == "hot_reset";

    private static bool IsIn(long ns, long startNs, long durationNs) => ns >= startNs && ns <= startNs + durationNs;

    private static JsonNode Report(string kernel) => Guest[kernel].Json("report.json");

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
