using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>How far real virtual machines are from libvirt's limits, which count from the signal they were sent first.</summary>
public sealed class VmsKilled
{
    public const int Devices = 2;

    // A stopped QEMU does not heed the SIGTERM.
    private const string Script = """
        kill_vm() {
            NAME=$1 tests/lab/vm start /run/vm.pid $LAB_DEVICES
            pid=$(</run/vm.pid)
            kill -STOP "$pid"
            for what in "${@:2}"; do
                case $what in
                    [0-9]*) sleep "$what" ;;
                    *) kill -"$what" "$pid" ;;
                esac
            done
            tail --pid="$pid" -s 0.05 -f /dev/null
        }
        if [[ ${1:-} == vms ]]; then
            kill_vm killed KILL
            kill_vm told TERM 3 KILL
            exit
        fi
        out/vfioscope record -o "$OUT/vm.vfioscope" -- bash -euo pipefail "$OUT/script" vms
        out/vfioscope report "$OUT/vm.vfioscope" --format json -o "$OUT/report.json"
        """;

    public JsonNode Report { get; } = LabGuest.Run(Script, Devices).Json("report.json");

    public JsonNode Shutdown(string vm) => Assert.Single(Report["shutdowns"]!.AsArray(), s => s!["vm"]!.GetValue<string>() == vm)!;

    public string Finding(string vm) => Assert.Single(
        Shutdown(vm)["findings"]!.AsArray(), f => f!["id"]!.GetValue<string>() == "libvirt_limits")!["text"]!.GetValue<string>();
}

public sealed class VmLimitsTests(VmsKilled vms) : IClassFixture<VmsKilled>
{
    // 30 s, and 2 s for each device.
    [Fact]
    public void After_a_lone_SIGKILL_there_is_no_limit_of_10_s()
    {
        Assert.Equal("SIGKILL", vms.Shutdown("killed")["trigger"]!.GetValue<string>());
        Assert.Matches(@"(?<![\d.])34(\.0+)? s\b", vms.Finding("killed"));
        Assert.DoesNotMatch(@"(?<![\d.])(10|44)(\.0+)? s\b", vms.Finding("killed"));
    }

    [Fact]
    public void With_SIGTERM_first_the_limits_count_from_there()
    {
        JsonNode shutdown = vms.Shutdown("told");
        Assert.Equal("SIGTERM", shutdown["trigger"]!.GetValue<string>());
        Assert.Equal(["SIGTERM", "SIGKILL"], shutdown["signals"]!.AsArray().Select(s => s!["name"]!.GetValue<string>()));
        Assert.InRange(shutdown["wall_ns"]!.GetValue<long>() / 1e9, 3 + 2.1, 3 + 3.0);
        Assert.Matches(@"(?<![\d.])10(\.0+)? s\b", vms.Finding("told"));
    }

    [Theory]
    [InlineData("killed")]
    [InlineData("told")]
    public void It_says_how_many_devices_would_be_too_many(string vm) => Assert.NotNull(
        Assert.Single(vms.Shutdown(vm)["findings"]!.AsArray(), f => f!["id"]!.GetValue<string>() == "libvirt_limits")!["remedy"]);
}
