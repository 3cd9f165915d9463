using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// With the one lock of 2018, a process that opens a device is held up by one that exits: the report names the victim and
/// the culprit. And with kernel addresses hidden from everybody, stacks have names all the same.
/// </summary>
public sealed class VictimTests
{
    private const string Script = """
        echo 2 >/proc/sys/kernel/kptr_restrict
        tests/lab/old-driver/bind
        out/vfioscope record -o "$OUT/victim.vfioscope" -- tests/lab/victim >"$OUT/victim"
        out/vfioscope report "$OUT/victim.vfioscope" --format json -o "$OUT/victim.json"
        """;

    [Fact]
    public void A_start_held_up_by_an_exit_is_told_with_both_their_names()
    {
        LabGuest.Prepare("tests/lab/old-driver/build", "6.12");
        LabGuest guest = LabGuest.Run(Script, devices: 4);
        // "holder 230, victim 231: open took 2.345 s"
        string[] said = guest.Text("victim").Split(' ', ',', ':');
        (int holder, int victim) = (int.Parse(said[1]), int.Parse(said[4]));
        JsonNode report = guest.Json("victim.json");

        JsonNode open = Assert.Single(report["opens"]!.AsArray(), o => o!["pid"]!.GetValue<int>() == victim)!;
        Assert.All(open["holders"]!.AsArray(), h => Assert.Equal(holder, h!["pid"]!.GetValue<int>()));
        Assert.Equal(open["lock_wait_ns"]!.GetValue<long>(), open["holders"]!.AsArray().Sum(h => h!["ns"]!.GetValue<long>()));
        JsonNode finding = Assert.Single(report["findings"]!.AsArray())!;
        Assert.Equal("open_delayed", finding["id"]!.GetValue<string>());
        Assert.Contains($"(pid {victim}) needed", finding["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains($"vfioscope (pid {holder}) held the lock while releasing", finding["text"]!.GetValue<string>(), StringComparison.Ordinal);

        Assert.Contains(report["stacks"]!.AsArray(), s => string.Join(' ', s!["frames"]!.AsArray())
            .Contains("vfio_pci_release", StringComparison.Ordinal));
    }
}
