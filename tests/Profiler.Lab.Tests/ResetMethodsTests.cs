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
    }
}
