using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// A device is opened while another program resets it, and released while another one takes it from its driver. Both have its lock: the
/// kernel refuses the open, and leaves the reset of the release out. Beside it, what the kernel's own tracer says of the functions that try.
/// </summary>
public sealed class TriedLockTests
{
    private const string Script = """
        device=${LAB_DEVICES%% *}
        cat >"$OUT/tried.sh" <<'END'
        source tests/lab/wait.sh
        device=$1
        sysfs=/sys/bus/pci/devices/$device

        # Another program resets it, again and again, which takes a second each. What it says of the emulated device does not matter.
        bash -c 'echo $$ >"$0"; until [[ -e $2 ]]; do echo 1 >"$1/reset"; done' "$OUT/resets.pid" "$sysfs" "$OUT/refused.over" 2>/dev/null &
        resets=$!
        is_in() { grep -q "$2" "/proc/$1/stack"; }
        wait_for 10 is_in "$resets" _reset_
        out/vfioscope release --mode close "$device" 2>"$OUT/refused" || :
        touch "$OUT/refused.over"
        wait "$resets" || :

        # While it is open, another one takes it from its driver, and waits for its release.
        out/vfioscope release --mode close --hold "$device" < <(sleep 60) >"$OUT/release.log" &
        user=$!
        has_device() { ls -l "/proc/$user/fd" | grep -q vfio-device; }
        wait_for 30 has_device
        bash -c 'echo $$ >"$0"; echo "$2" >"$1/driver/unbind"' "$OUT/unbinds.pid" "$sysfs" "$device" &
        unbinds=$!
        wait_for 10 is_in "$unbinds" vfio_
        kill "$user"
        wait "$user" || :
        wait "$unbinds"
        END
        tracing=/sys/kernel/tracing
        for function in pci_dev_trylock pci_cfg_access_trylock pci_try_reset_function; do
            grep -qw "$function" "$tracing/available_filter_functions" || continue
            echo "r:lab/$function $function got=\$retval:s8" >>"$tracing/kprobe_events"
        done
        echo mono >"$tracing/trace_clock"
        echo 1 >"$tracing/events/lab/enable"
        out/vfioscope record -o "$OUT/tried.vfioscope" -- bash -euo pipefail "$OUT/tried.sh" "$device"
        cp "$tracing/trace" "$OUT/trace"
        out/vfioscope report "$OUT/tried.vfioscope" --format json -o "$OUT/report.json"
        """;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, devices: 1, kernel, "bridge"));

    private static readonly string[] Run = LabScript.Kernels("rt", "5.10 6.12 newest");

    public static TheoryData<string> Kernels => [.. Run];

    /// <summary>5.10 resets the device by another method, within milliseconds.</summary>
    public static TheoryData<string> WithSlowReset => [.. Run.Except(["5.10"])];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_release_says_who_had_the_lock(string kernel)
    {
        JsonNode shutdown = Report(kernel)["shutdowns"]!.AsArray()[^1]!;
        JsonNode device = Assert.Single(shutdown["devices"]!.AsArray())!;
        // What it tries next, a reset of all devices of the dev_set, needs the same lock.
        Assert.All(device["resets"]!.AsArray(), r => Assert.Equal("EAGAIN", (string?)r!["error"]));
        AssertTried(kernel, device, "unbinds.pid", holderBdf: null);
        Assert.Contains(shutdown["findings"]!.AsArray(), f =>
            (string?)f!["id"] == "reset_skipped" && f["text"]!.GetValue<string>().Contains("held the lock of " + device["bdf"], StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WithSlowReset))]
    public void An_open_that_was_refused_says_so_too(string kernel)
    {
        JsonNode[] opens = [.. Report(kernel)["opens"]!.AsArray().Select(o => o!)];
        Assert.Equal(["EAGAIN", null], opens.Select(o => (string?)o["error"]));
        Assert.Null(opens[1]["tried_locks"]);
        AssertTried(kernel, opens[0], "resets.pid", holderBdf: opens[0]["bdf"]!.GetValue<string>());
    }

    /// <summary>On 5.10 that function is inlined.</summary>
    [Theory]
    [MemberData(nameof(WithSlowReset))]
    public void The_kernel_s_own_tracer_saw_the_same_tries_in_vain(string kernel)
    {
        var trace = new KernelTrace(Guest[kernel].Text("trace"));
        int InVain(string function, string result) => trace.Events.Count(e =>
            e.What.StartsWith(function + ": ", StringComparison.Ordinal) && e.What.EndsWith(" got=" + result, StringComparison.Ordinal));
        JsonNode device = Report(kernel)["shutdowns"]!.AsArray()[^1]!["devices"]![0]!;
        Assert.Equal(device["tried_locks"]!.AsArray().Count, InVain("pci_dev_trylock", "0"));
        Assert.Equal(1, InVain("pci_try_reset_function", "-11")); // EAGAIN
    }

    private static void AssertTried(string kernel, JsonNode operation, string pidFile, string? holderBdf)
    {
        JsonNode tried = Assert.Single(operation["tried_locks"]!.AsArray())!;
        Assert.Equal(
            (operation["bdf"]!.GetValue<string>(), holderBdf), (tried["bdf"]!.GetValue<string>(), (string?)tried["holder_bdf"]));
        Assert.Equal(int.Parse(Guest[kernel].Text(pidFile), CultureInfo.InvariantCulture), tried["pid"]!.GetValue<int>());
        Assert.Equal("bash", tried["comm"]!.GetValue<string>());
    }

    private static JsonNode Report(string kernel) => Guest[kernel].Json("report.json");
}
