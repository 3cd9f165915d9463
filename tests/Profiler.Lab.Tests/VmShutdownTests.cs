using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>A real VM with 16 assigned devices is recorded from its start to its death by SIGTERM.</summary>
public sealed class VmShutdown
{
    public const int Devices = 16;

    // The stopwatch is bash's own: kill and wait are builtins, so nothing is started while it runs.
    private const string Script = """
        out/vfioscope record -o "$OUT/vm.vfioscope" -- bash -c '
            set -euo pipefail
            tests/lab/vm start /run/vm.pid $LAB_DEVICES
            pid=$(</run/vm.pid)
            echo "$pid" >"$OUT/pid"
            start=${EPOCHREALTIME/./}
            kill "$pid"
            while kill -0 "$pid" 2>/dev/null; do read -rt 0.01 <>/run/pause || true; done
            echo $((${EPOCHREALTIME/./} - start)) >"$OUT/stopwatch_us"
        '
        out/vfioscope report "$OUT/vm.vfioscope" --format json -o "$OUT/report.json"
        out/vfioscope report "$OUT/vm.vfioscope" -o "$OUT/report.txt"
        """;

    public VmShutdown()
    {
        Guest = LabGuest.Run("mkfifo /run/pause\n" + Script, Devices);
        Report = Guest.Json("report.json");
        Shutdown = Assert.Single(Report["shutdowns"]!.AsArray())!;
    }

    public LabGuest Guest { get; }

    public JsonNode Report { get; }

    public JsonNode Shutdown { get; }

    public double StopwatchSeconds => long.Parse(Guest.Text("stopwatch_us"), CultureInfo.InvariantCulture) / 1e6;
}

public sealed class VmShutdownTests(VmShutdown vm) : IClassFixture<VmShutdown>
{
    private static double Seconds(JsonNode node, string field) => node[field]!.GetValue<long>() / 1e9;

    private IReadOnlyList<JsonNode> Devices => [.. vm.Shutdown["devices"]!.AsArray().Select(d => d!)];

    [Fact]
    public void Every_device_is_in_the_shutdown_once() =>
        Assert.Equal(VmShutdown.Devices, Devices.Select(d => d["bdf"]!.GetValue<string>()).Distinct().Count());

    [Fact]
    public void Each_device_has_its_name() =>
        Assert.All(Devices, d => Assert.Equal("Intel Corporation 82574L Gigabit Network Connection", d["name"]!.GetValue<string>()));

    [Fact]
    public void Each_release_takes_a_second_and_a_little() =>
        Assert.All(Devices, d => Assert.InRange(Seconds(d, "duration_ns"), 1.0, 1.2));

    [Fact]
    public void Each_release_is_a_bus_reset_that_takes_nearly_all_of_it() => Assert.All(Devices, d =>
    {
        Assert.Equal("bus", d["reset_method"]!.GetValue<string>());
        Assert.InRange(Seconds(d, "reset_ns"), 0.9 * Seconds(d, "duration_ns"), Seconds(d, "duration_ns"));
    });

    [Fact]
    public void The_second_is_the_wait_for_the_bus_not_the_reset_itself() => Assert.All(Devices, d =>
    {
        JsonNode reset = Assert.Single(d["resets"]!.AsArray())!;
        Dictionary<string, double> parts = reset["parts"]!.AsArray()
            .ToDictionary(p => p!["step"]!.GetValue<string>(), p => Seconds(p!, "duration_ns"));
        Assert.InRange(parts["secondary_bus"], 0.001, 0.1);
        Assert.InRange(parts["bridge_wait"], 1.0, 1.2);
    });

    [Fact]
    public void It_names_the_process_the_machine_and_the_signal()
    {
        Assert.Equal(int.Parse(vm.Guest.Text("pid"), CultureInfo.InvariantCulture), vm.Shutdown["pid"]!.GetValue<int>());
        Assert.Equal("lab-vm", vm.Shutdown["vm"]!.GetValue<string>());
        Assert.Equal("SIGTERM", vm.Shutdown["trigger"]!.GetValue<string>());
        Assert.True(vm.Shutdown["process_gone"]!.GetValue<bool>());
    }

    [Fact]
    public void The_wall_time_is_what_a_stopwatch_says() =>
        Assert.InRange(Seconds(vm.Shutdown, "wall_ns") / vm.StopwatchSeconds, 0.99, 1.01);

    [Fact]
    public void An_exit_releases_one_device_after_another_and_nobody_waits_for_a_lock()
    {
        Assert.Equal(1, vm.Shutdown["peak_concurrency"]!.GetValue<int>());
        Assert.Equal(0, vm.Shutdown["lock_wait_ns"]!.GetValue<long>());
    }

    [Fact]
    public void In_parallel_it_would_take_as_long_as_one_device() =>
        Assert.InRange(Seconds(vm.Shutdown, "if_parallel_ns"), 1.0, 1.2);

    [Fact]
    public void No_event_is_lost()
    {
        JsonNode capture = vm.Report["capture"]!;
        Assert.True(capture["complete"]!.GetValue<bool>());
        Assert.Equal(0, capture["events_lost"]!.GetValue<long>());
        Assert.Equal(0, capture["events_unmatched"]!.GetValue<long>());
        Assert.All(capture["events"]!.AsArray(), e => Assert.Equal(
            e!["emitted"]!.GetValue<long>(), e["received"]!.GetValue<long>() + e["lost"]!.GetValue<long>()));
    }

    // The machine runs without KVM, and this kernel has no iommufd.
    [Fact]
    public void Every_probe_is_attached_whose_module_is_loaded() => Assert.All(
        vm.Report["capture"]!["probes"]!.AsArray(),
        p => Assert.True(p!["attached"]!.GetValue<bool>() || p["waits_for"]?.GetValue<string>() is "kvm" or "iommufd", p.ToJsonString()));

    [Fact]
    public void The_findings_say_why_how_far_from_the_limits_and_that_the_lab_has_no_links() => Assert.Equal(
        ["libvirt_limits", "reset_timed_out", "serial_exit"],
        vm.Shutdown["findings"]!.AsArray().Select(f => f!["id"]!.GetValue<string>()).Order());

    [Fact]
    public void A_stack_leads_from_the_exit_to_the_reset()
    {
        int key = Devices[0]["resets"]!.AsArray().MaxBy(r => r!["duration_ns"]!.GetValue<long>())!["stack"]!.GetValue<int>();
        string frames = string.Join('\n', Assert.Single(vm.Report["stacks"]!.AsArray(), s => s!["key"]!.GetValue<int>() == key)!["frames"]!.AsArray());
        Assert.Matches("(?s)pci_bridge_wait_for_secondary_bus.*vfio_device_fops_release.*\\[vfio\\].*task_work_run.*do_exit", frames);
    }

    [Fact]
    public void The_text_report_shows_them_all() =>
        Assert.All(Devices, d => Assert.Contains(d["bdf"]!.GetValue<string>(), vm.Guest.Text("report.txt"), StringComparison.Ordinal));
}
