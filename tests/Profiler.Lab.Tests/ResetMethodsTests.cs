using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>Devices that are reset in different ways: what the report names is what sysfs has them set to.</summary>
public sealed class ResetMethodsTests
{
    private const string Script = """
        for device in $LAB_DEVICES; do
            echo "$device $(cat "/sys/bus/pci/devices/$device/reset_method")"
        done >"$OUT/methods"
        out/vfioscope record -o "$OUT/methods.vfioscope" -- out/vfioscope release --mode close $LAB_DEVICES >/dev/null
        out/vfioscope report "$OUT/methods.vfioscope" --format json -o "$OUT/report.json"

        # A bus reset does not work here: the kernel waits a second, gives up, and goes on to the next method.
        for device in $LAB_DEVICES; do
            read -r method <"/sys/bus/pci/devices/$device/reset_method"
            if [[ $method == bus ]]; then order=bus; else order="bus $method"; fi
            echo "$order" >"/sys/bus/pci/devices/$device/reset_method"
            echo "$device $order"
        done >"$OUT/orders"
        out/vfioscope record -o "$OUT/chain.vfioscope" -- out/vfioscope release --mode close $LAB_DEVICES >/dev/null
        out/vfioscope report "$OUT/chain.vfioscope" --format json -o "$OUT/chain.json"
        """;

    [Fact]
    public void Each_reset_is_named_as_sysfs_names_its_method()
    {
        LabGuest guest = LabGuest.Run(Script, devices: 6, topology: "methods");
        IEnumerable<string> reported = guest.Json("report.json")["shutdowns"]!.AsArray()
            .SelectMany(s => s!["devices"]!.AsArray())
            .Select(d => $"{d!["bdf"]} {d["reset_method"]}");
        string[] expected = guest.Text("methods").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["bus", "flr", "pm"], expected.Select(e => e.Split(' ')[1]).Distinct().Order());
        Assert.Equal(expected.Order(), reported.Order());
        Assert.DoesNotContain(Findings(guest, "report.json"), f => f["id"]!.GetValue<string>() is "faster_reset_offered" or "reset_fell_back");

        The_attempts_are_those_of_sysfs_in_its_order(guest);
    }

    private static void The_attempts_are_those_of_sysfs_in_its_order(LabGuest guest)
    {
        string[] orders = guest.Text("orders").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonNode[] devices = [.. guest.Json("chain.json")["shutdowns"]!.AsArray().SelectMany(s => s!["devices"]!.AsArray()).Select(d => d!)];
        Assert.Equal(orders.Order(), devices.Select(d => $"{d["bdf"]} {string.Join(' ', Attempts(d).Select(a => a["method"]))}").Order());
        Assert.All(devices.SelectMany(Attempts), a => Assert.Equal(
            a["method"]!.GetValue<string>() == "bus" ? "ENOTTY" : null, a["error"]?.GetValue<string>()));
        JsonNode fellBack = Assert.Single(Findings(guest, "chain.json"), f => f["id"]!.GetValue<string>() == "reset_fell_back");
        Assert.Equal(
            orders.Select(o => o.Split(' ')).Where(o => o.Length == 3).Select(o => o[0]).Order(),
            fellBack["devices"]!.AsArray().Select(d => d!.GetValue<string>()).Order());
    }

    // Below a conventional bridge a bus reset takes its second and works; elsewhere in the lab it does not, and the kernel
    // goes on to the next method.
    [Fact]
    public void A_bus_reset_where_something_faster_comes_second_in_sysfs_is_told()
    {
        LabGuest guest = LabGuest.Run(
            """
            for device in $LAB_DEVICES; do echo "bus pm" >"/sys/bus/pci/devices/$device/reset_method"; done
            out/vfioscope record -o "$OUT/slow.vfioscope" -- out/vfioscope release --mode close $LAB_DEVICES >/dev/null
            out/vfioscope report "$OUT/slow.vfioscope" --format json -o "$OUT/slow.json"
            """, devices: 1, topology: "bridge");
        JsonNode faster = Assert.Single(Findings(guest, "slow.json"), f => f["id"]!.GetValue<string>() == "faster_reset_offered");
        Assert.Contains("though the kernel offers pm", faster["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("echo pm >", faster["remedy"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Attempts(JsonNode device) =>
        device["resets"]!.AsArray().SelectMany(r => r!["attempts"]!.AsArray()).Select(a => a!);

    private static IEnumerable<JsonNode> Findings(LabGuest guest, string report)
    {
        foreach (JsonNode? shutdown in guest.Json(report)["shutdowns"]!.AsArray())
        {
            foreach (JsonNode? finding in shutdown!["findings"]!.AsArray())
                yield return finding!;
        }
    }
}
