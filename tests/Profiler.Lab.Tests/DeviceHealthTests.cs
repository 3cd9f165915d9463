using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// One of two devices is cut off from its port: once while a program resets it, once while it sleeps after its release, which the next open
/// finds. Beside it, what its configuration space reads just then. The other one goes through the same, and nothing is said of it.
/// </summary>
public sealed class DeviceHealthTests
{
    private const string Script = """
        cat >"$OUT/health.sh" <<'END'
        source tests/lab/wait.sh
        read -ra devices <<<"$LAB_DEVICES"
        sysfs=/sys/bus/pci/devices
        device=${devices[0]}
        port=$(basename "$(dirname "$(readlink -f "$sysfs/$device")")")
        # The numbers of the buses behind the port: without them it forwards nothing.
        buses=$(od -An -tu1 -j25 -N2 "$sysfs/$port/config")
        route() { for number in "$@"; do printf "\\x$(printf %x "$number")"; done | dd of="$sysfs/$port/config" bs=1 seek=25 conv=notrunc status=none; }
        ids() { od -An -tx1 -N4 "$sysfs/$device/config" >>"$OUT/ids"; }
        play() { LAB_DEVICES="$1" tests/lab/actor "$OUT/$2.log" "$3"; }
        over() { grep -q "$2" "$OUT/$1.log"; }
        sleeps() { [[ $(cat "$sysfs/$device/power/runtime_status") == suspended || $(cat "$sysfs/$device/power_state") == D3hot ]]; }

        play "${devices[1]}" other 'open=1 hot-reset=0 close=1 sleep=1 exit'

        play "$device" held "open=1 await=$OUT/cut hot-reset=0 await=$OUT/read exit" &
        wait_for 60 over held open.end
        ids
        route 0 0
        touch "$OUT/cut"
        wait_for 60 over held hot-reset.end
        ids
        touch "$OUT/read"
        wait $!
        # It comes back, and is opened and released as ever.
        route $buses
        play "$device" back 'open=1 sleep=1 exit'
        wait_for 10 sleeps
        route 0 0
        play "$device" asleep "open=1 await=$OUT/read sleep=1 exit" || :
        play "${devices[1]}" other-again 'open=1 sleep=1 exit'
        END
        out/vfioscope record -o "$OUT/health.vfioscope" -- bash -euo pipefail "$OUT/health.sh"
        out/vfioscope report "$OUT/health.vfioscope" --format json -o "$OUT/report.json"
        out/vfioscope report "$OUT/health.vfioscope"
        """;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, devices: 2, kernel));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.12")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_device_that_does_not_answer_after_a_reset_is_told(string kernel)
    {
        // Before and after.
        string[] ids = Guest[kernel].Text("ids").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, ids.Length);
        Assert.NotEqual("ff ff ff ff", ids[0]);
        Assert.Equal("ff ff ff ff", ids[1]);

        JsonNode[] found = [.. Findings(kernel).Where(f => (string?)f["id"] == "device_gone_after_reset")];
        Assert.Equal(2, found.Length);
        string device = Report(kernel)["user_resets"]!.AsArray()[^1]!["operation"]!["bdf"]!.GetValue<string>();
        Assert.All(found, f => Assert.Equal(device, Assert.Single(f["devices"]!.AsArray())!.GetValue<string>()));
        Assert.Contains(" since its hot reset by actor-a", found[0]["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(" since its open by actor-a", found[1]["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_said_of_links_that_stay_as_they_are(string kernel) =>
        Assert.DoesNotContain(Findings(kernel), f => (string?)f["id"] == "link_degraded_after_reset");

    private static IEnumerable<JsonNode> Findings(string kernel) => Report(kernel)["findings"]!.AsArray().Select(f => f!);

    private static JsonNode Report(string kernel) => Guest[kernel].Json("report.json");
}
