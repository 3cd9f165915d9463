using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>Two virtual machines of a real libvirt, one after the other: one is destroyed, one quits by itself.</summary>
public sealed class LibvirtMachines
{
    public const int Devices = 2;

    private const string Script = """
        out/vfioscope record -o "$OUT/vm.vfioscope" -- bash -c '
            set -euo pipefail
            for end in destroy shutdown; do
                tests/lab/libvirt start "lab-$end" $LAB_DEVICES
                cp "/run/libvirt/qemu/lab-$end.pid" "$OUT/$end.pid"
                cat "/proc/$(<"$OUT/$end.pid")/cgroup" >"$OUT/$end.cgroup"
                tests/lab/libvirt "$end" "lab-$end"
            done
            cp /run/libvirtd.pid "$OUT/libvirtd.pid"
        '
        out/vfioscope report "$OUT/vm.vfioscope" --format json -o "$OUT/report.json"
        """;

    public LibvirtMachines()
    {
        Guest = LabGuest.Run(Script, Devices);
        Report = Guest.Json("report.json");
    }

    public LabGuest Guest { get; }

    public JsonNode Report { get; }

    public int Pid(string of) => int.Parse(Guest.Text($"{of}.pid"), CultureInfo.InvariantCulture);

    public JsonNode Shutdown(string vm) =>
        Assert.Single(Report["shutdowns"]!.AsArray(), s => s!["vm"]!.GetValue<string>() == vm)!;
}

public sealed class LibvirtTests(LibvirtMachines libvirt) : IClassFixture<LibvirtMachines>
{
    [Theory]
    [InlineData("destroy")]
    [InlineData("shutdown")]
    public void A_shutdown_has_the_name_of_the_domain_and_all_its_devices(string end)
    {
        JsonNode shutdown = libvirt.Shutdown($"lab-{end}");
        Assert.Equal(libvirt.Pid(end), shutdown["pid"]!.GetValue<int>());
        Assert.Equal(LibvirtMachines.Devices, shutdown["devices"]!.AsArray().Count);
        Assert.True(shutdown["process_gone"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("destroy", 1)]
    [InlineData("shutdown", 2)]
    public void Without_systemd_libvirt_makes_the_cgroup_that_we_know_machines_by(string end, int number) =>
        Assert.Contains($"/machine/qemu-{number}-lab-{end}.libvirt-qemu", libvirt.Guest.Text($"{end}.cgroup"), StringComparison.Ordinal);

    // It would send SIGKILL after 10 seconds (libvirt: virProcessKillPainfullyDelay).
    [Fact]
    public void Who_destroys_a_domain_has_libvirt_send_SIGTERM_and_no_SIGKILL_while_its_devices_are_quick()
    {
        JsonNode shutdown = libvirt.Shutdown("lab-destroy");
        Assert.Equal("SIGTERM", shutdown["trigger"]!.GetValue<string>());
        JsonNode signal = Assert.Single(shutdown["signals"]!.AsArray())!;
        Assert.Equal("SIGTERM", signal["name"]!.GetValue<string>());
        Assert.Equal(libvirt.Pid("libvirtd"), signal["sender_pid"]!.GetValue<int>());
    }

    // A QEMU that quits hangs up its monitor before it exits, and libvirt answers with SIGTERM. As a rule that comes before
    // it exits and is what the shutdown is counted from; if QEMU is quicker, it is an exit.
    [Fact]
    public void A_QEMU_that_quits_is_sent_SIGTERM_by_libvirt_on_its_way_out()
    {
        JsonNode shutdown = libvirt.Shutdown("lab-shutdown");
        JsonArray signals = shutdown["signals"]!.AsArray();
        Assert.All(signals, s => Assert.Equal("SIGTERM", s!["name"]!.GetValue<string>()));
        Assert.All(signals, s => Assert.Equal(libvirt.Pid("libvirtd"), s!["sender_pid"]!.GetValue<int>()));
        bool first = signals.Count > 0 && signals[0]!["time_ns"]!.GetValue<long>() == shutdown["start_ns"]!.GetValue<long>();
        Assert.Equal(first ? "SIGTERM" : "exit", shutdown["trigger"]!.GetValue<string>());
    }

    [Fact]
    public void No_event_is_lost() => Assert.Equal(0, libvirt.Report["capture"]!["events_lost"]!.GetValue<long>());
}
