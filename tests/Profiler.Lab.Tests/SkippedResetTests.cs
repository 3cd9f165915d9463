using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Virtual functions of one device, released at the same time: the kernel only tries to get the locks for a reset, and
/// leaves the reset out where it does not. One after another, all are reset.
/// </summary>
public sealed class SkippedResetTests
{
    private const string Script = """
        devices=$(tests/lab/sriov)
        for mode in threads close; do
            out/vfioscope record -o "$OUT/$mode.vfioscope" -- out/vfioscope release --mode $mode $devices >/dev/null
            out/vfioscope report "$OUT/$mode.vfioscope" --format json -o "$OUT/$mode.json"
        done
        """;

    [Fact]
    public void A_reset_that_was_left_out_is_told()
    {
        LabGuest guest = LabGuest.Run(Script, devices: 4, topology: "sriov");
        JsonNode[] left = [.. Devices(guest, "threads").Where(d => d["resets"]!.AsArray().Count == 0)];
        string[] found = [.. Findings(guest, "threads").Where(f => f["id"]!.GetValue<string>() == "reset_skipped").Select(f => f["text"]!.GetValue<string>())];
        Assert.Equal(left.Length > 0, found.Length == 1);
        Assert.All(left, d => Assert.Contains(d["bdf"]!.GetValue<string>(), found[0], StringComparison.Ordinal));

        Assert.All(Devices(guest, "close"), d => Assert.Equal("flr", d["reset_method"]!.GetValue<string>()));
        Assert.DoesNotContain(Findings(guest, "close"), f => f["id"]!.GetValue<string>() == "reset_skipped");
    }

    private static IEnumerable<JsonNode> Devices(LabGuest guest, string mode) =>
        guest.Json(mode + ".json")["shutdowns"]!.AsArray().SelectMany(s => s!["devices"]!.AsArray()).Select(d => d!);

    private static IEnumerable<JsonNode> Findings(LabGuest guest, string mode) =>
        guest.Json(mode + ".json")["shutdowns"]!.AsArray().SelectMany(s => s!["findings"]!.AsArray()).Select(f => f!);
}
