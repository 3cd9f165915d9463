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
        Assert.DoesNotContain(Findings(guest, "report.json"), f => f["id"]!.GetValue<string>() == "faster_reset_offered");
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

    private static IEnumerable<JsonNode> Findings(LabGuest guest, string report)
    {
        foreach (JsonNode? shutdown in guest.Json(report)["shutdowns"]!.AsArray())
        {
            foreach (JsonNode? finding in shutdown!["findings"]!.AsArray())
                yield return finding!;
        }
    }
}
