using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Devices that are closed last by a thread of the kernel, or by another process than the one that opened them: their descriptors are in an
/// io_uring, in a socket that nobody has, or inherited. Beside it, the kernel's own tracer says who closed what, and the stopwatch of
/// tests/lab/actor when.
/// </summary>
public sealed class LastCloseTests
{
    // Two probes at one place do not run at the same instant, nanoseconds.
    private const long Rest = 200_000;

    // What other processes of the guest and its kernel do in between counts.
    private const long Between = 60_000_000;

    private const string Script = """
        tracing=/sys/kernel/tracing
        echo mono >$tracing/trace_clock
        # Before there were dev_sets, the function around it unmaps the memory as well.
        release=vfio_device_fops_release
        grep -qw vfio_assign_device_set /proc/kallsyms || release=vfio_pci_release
        echo "p:lab/release $release" >>$tracing/kprobe_events
        echo "r:lab/released $release" >>$tracing/kprobe_events
        echo 1 >$tracing/events/lab/enable
        open=open
        [[ ! -e /dev/iommu ]] || open=bind
        cat >"$OUT/closes.sh" <<END
        source tests/lab/wait.sh
        # The next one can have the groups only then.
        closed() { wait_for 60 eval "(( \\\$(grep -c 'released: ' $tracing/trace) == \$1 ))"; sleep 0.3; }
        tests/lab/actor "$OUT/ring.log" '$open=2 dma=64M stash-ring=2 pause' KILL@a.pause.begin+0.5
        closed 2
        tests/lab/actor "$OUT/drop.log" '$open=1 stash=1 drop sleep=4 exit'
        closed 3
        tests/lab/actor "$OUT/child.log" '$open=1 fork=1 close=1 sleep=5 exit'
        closed 4
        tests/lab/actor "$OUT/left.log" '$open=2 stash=1 exit'
        sleep 3
        tests/lab/actor "$OUT/look.log" 'drop sleep=3 exit'
        closed 6
        END
        out/vfioscope record -o "$OUT/closes.vfioscope" -- bash -euo pipefail "$OUT/closes.sh"
        cat $tracing/trace >"$OUT/trace"
        out/vfioscope report "$OUT/closes.vfioscope" --format json -o "$OUT/report.json"
        out/vfioscope report "$OUT/closes.vfioscope"
        """;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, devices: 2, kernel, cpus: 1));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.12 iommufd")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Each_close_is_by_whom_the_kernel_says(string kernel)
    {
        JsonNode capture = Report(kernel)["capture"]!;
        Assert.True(capture["complete"]!.GetValue<bool>(), capture.ToJsonString());
        Assert.Equal(0, capture["events_unmatched"]!.GetValue<long>());
        JsonNode[] closed = [.. Shutdowns(kernel).SelectMany(s => s["devices"]!.AsArray()).Select(d => d!).OrderBy(d => Ns(d, "start_ns"))];
        (int Tid, long Ns, long DurationNs, string, string)[] calls = [.. Trace(kernel).Calls("release", "released")];
        Assert.Equal(6, calls.Length);
        Assert.Equal(calls.Length, closed.Length);
        foreach ((JsonNode device, (int tid, long ns, long durationNs, _, _)) in closed.Zip(calls))
        {
            Assert.Equal(tid, device["tid"]!.GetValue<int>());
            Assert.InRange(Ns(device, "start_ns") - ns, -Rest, Rest);
            Assert.InRange(Ns(device, "duration_ns") - durationNs, -Rest, Rest);
            Assert.Equal(device["comm"]!.GetValue<string>().StartsWith("kworker/", StringComparison.Ordinal), IsByKernel(device));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_the_kernel_closes_for_a_process_that_was_killed_belongs_to_that(string kernel)
    {
        ActorLog log = Log(kernel, "ring");
        JsonNode shutdown = Assert.Single(ShutdownsOf(kernel, log));
        Assert.Equal("SIGKILL", shutdown["trigger"]!.GetValue<string>());
        JsonNode[] devices = [.. shutdown["devices"]!.AsArray().Select(d => d!)];
        Assert.Equal(2, devices.Length);
        Assert.All(devices, d => Assert.True(IsByKernel(d)));
        long lastNs = Trace(kernel).Calls("release", "released").Take(2).Max(c => c.Ns + c.DurationNs);
        Assert.InRange(Ns(shutdown, "start_ns") + Ns(shutdown, "wall_ns") - lastNs, -Rest, Between);
        // 64 MiB are unmapped and unpinned, by the kernel too.
        Assert.True(Ns(shutdown["phases"]!, "iommu_ns") > 0, shutdown["phases"]!.ToJsonString());
        Phases.AddUp(shutdown);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_process_that_lives_closed_what_it_left_in_a_socket(string kernel)
    {
        JsonNode dropped = Assert.Single(ShutdownsOf(kernel, Log(kernel, "drop")));
        Assert.Equal("close", dropped["trigger"]!.GetValue<string>());
        // Older kernels look for such sockets in whatever process closes one.
        Assert.Equal(kernel is not ("5.10" or "6.1"), IsByKernel(Assert.Single(dropped["devices"]!.AsArray())!));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Who_exits_with_what_it_inherited_has_a_shutdown_of_its_own(string kernel)
    {
        ActorLog child = Log(kernel, "child");
        Assert.Empty(ShutdownsOf(kernel, child));
        JsonNode shutdown = Assert.Single(Shutdowns(kernel), s => s["pid"]!.GetValue<int>() == child.Pid("a1"));
        Assert.Equal("exit", shutdown["trigger"]!.GetValue<string>());
        Assert.Null(Assert.Single(shutdown["devices"]!.AsArray())!["closed_by"]);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_is_closed_long_after_a_death_is_told_as_that(string kernel)
    {
        ActorLog left = Log(kernel, "left"), look = Log(kernel, "look");
        JsonNode[] shutdowns = [.. ShutdownsOf(kernel, left)];
        Assert.Equal("exit", shutdowns[0]["trigger"]!.GetValue<string>());
        Assert.Single(shutdowns[0]["unreleased"]!.AsArray());
        Assert.Contains(shutdowns[0]["findings"]!.AsArray(), f => f!["id"]!.GetValue<string>() == "device_not_released");
        if (kernel is "5.10" or "6.1")
        {
            Assert.Single(shutdowns);
            Assert.Single(ShutdownsOf(kernel, look));
            return;
        }
        Assert.Equal("close", shutdowns[1]["trigger"]!.GetValue<string>());
        JsonNode device = Assert.Single(shutdowns[1]["devices"]!.AsArray())!;
        Assert.True(IsByKernel(device));
        long dead = Ns(device, "start_ns") - Ns(device["closed_by"]!, "after_death_ns");
        Assert.InRange(left["a", "reaped"] - dead, 0, Between);
    }

    private static JsonNode Report(string kernel) => Guest[kernel].Json("report.json");

    private static KernelTrace Trace(string kernel) => new(Guest[kernel].Text("trace"));

    private static ActorLog Log(string kernel, string name) => new(Guest[kernel].Text(name + ".log"));

    private static IEnumerable<JsonNode> Shutdowns(string kernel) =>
        Report(kernel)["shutdowns"]!.AsArray().Select(s => s!).OrderBy(s => Ns(s, "start_ns"));

    private static IEnumerable<JsonNode> ShutdownsOf(string kernel, ActorLog log) =>
        Shutdowns(kernel).Where(s => s["pid"]!.GetValue<int>() == log.Pid("a"));

    private static bool IsByKernel(JsonNode device) => device["closed_by"]?["kernel_thread"]!.GetValue<bool>() ?? false;

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
