using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Devices opened by their own nodes and bound to an iommufd, on the lab's own kernel: each bind is an open, of the process that binds,
/// with its reset and its lock waits; what the iommufd unmaps is the IOMMU's phase. Beside it, the stopwatch of tests/lab/actor.
/// </summary>
public sealed class CdevTests
{
    private const int Devices = 4, Passed = 2;

    // What other processes of the guest and its kernel do in between counts, nanoseconds.
    private const long Rest = 60_000_000;

    private const string Script = """
        cat >"$OUT/cdev.sh" <<'END'
        tests/lab/actor "$OUT/closed.log" 'bind=1 bind=1 bind=1 bind=1 dma=64M close=4 sleep=2 exit'
        tests/lab/actor "$OUT/passed.log" 'bind-passed=2 dma=64M pause' TERM@a.pause.begin+1
        # Opened and not bound: nothing is released.
        : </dev/vfio/devices/vfio0
        END
        out/vfioscope record -o "$OUT/cdev.vfioscope" -- bash -euo pipefail "$OUT/cdev.sh"
        out/vfioscope report "$OUT/cdev.vfioscope" --format json -o "$OUT/report.json"
        """;

    private const string SharedLock = """
        out/vfioscope record -o "$OUT/shared.vfioscope" -- tests/lab/actor "$OUT/actor.log" 'bind-threads=3 close-threads=3 sleep=2 exit'
        out/vfioscope report "$OUT/shared.vfioscope" --format json -o "$OUT/report.json"
        """;

    // One guest for all that is asked of it.
    private static readonly Lazy<LabGuest> Guest = new(() => LabGuest.Run(Script, Devices, "iommufd"));

    private static JsonNode Report => Guest.Value.Json("report.json");

    [Fact]
    public void All_of_it_is_seen_and_nothing_lost()
    {
        JsonNode capture = Report["capture"]!;
        Assert.True(capture["complete"]!.GetValue<bool>(), capture.ToJsonString());
        Assert.Equal(0, capture["events_lost"]!.GetValue<long>());
        Assert.Equal(0, capture["events_unmatched"]!.GetValue<long>());
        Assert.All(capture["probes"]!.AsArray().Where(p => p!["waits_for"]?.GetValue<string>() != "kvm"), p =>
            Assert.True(p!["attached"]!.GetValue<bool>(), p.ToJsonString()));
    }

    [Fact]
    public void Each_bind_is_an_open_with_its_bus_reset_and_each_open_is_released_once()
    {
        JsonArray opens = Report["opens"]!.AsArray();
        Assert.Equal(Devices + Passed, opens.Count);
        Assert.Equal(Devices + Passed, Report["releases"]!["count"]!.GetValue<int>());
        Assert.Equal(2 * (Devices + Passed), Report["histograms"]!["reset"]!["count"]!.GetValue<int>());
        Assert.All(opens, open =>
        {
            Assert.Equal("bus", Assert.Single(open!["resets"]!.AsArray())!["method"]!.GetValue<string>());
            Assert.InRange(Ns(open, "duration_ns"), 1_000_000_000, 1_500_000_000);
        });
    }

    [Fact]
    public void A_bind_takes_as_long_as_the_stopwatch_says()
    {
        var log = new ActorLog(Guest.Value.Text("closed.log"));
        JsonNode[] opens = [.. OpensOf(log.Pid("a"))];
        Assert.Equal(Devices, opens.Length);
        foreach ((string step, JsonNode open) in ((string[])["bind", "bind2", "bind3", "bind4"]).Zip(opens))
        {
            long began = log["a", step + ".begin"], ended = log["a", step + ".end"];
            Assert.InRange(Ns(open, "start_ns"), began, ended);
            // The step has more in it: the node is opened, and the device attached.
            Assert.InRange(ended - began - Ns(open, "duration_ns"), 0, Rest);
        }
    }

    [Fact]
    public void Whoever_binds_a_device_has_it_whoever_opened_its_node()
    {
        var log = new ActorLog(Guest.Value.Text("passed.log"));
        Assert.Equal(Passed, OpensOf(log.Pid("a")).Count());
        JsonNode killed = Report["shutdowns"]!.AsArray().Single(s => s!["trigger"]!.GetValue<string>() == "SIGTERM")!;
        Assert.Equal(log.Pid("a"), killed["pid"]!.GetValue<int>());
        Assert.Equal(Passed, killed["devices"]!.AsArray().Count);
        Assert.InRange(log["a", "reaped"] - log["a", "TERM.sent"] - Ns(killed, "wall_ns"), -Rest, Rest);
    }

    [Fact]
    public void Each_second_of_a_shutdown_is_told_where_it_went()
    {
        JsonNode[] shutdowns = [.. Report["shutdowns"]!.AsArray().Select(s => s!)];
        Assert.Equal(["close", "SIGTERM"], shutdowns.Select(s => s["trigger"]!.GetValue<string>()));
        Assert.All(shutdowns, shutdown =>
        {
            Phases.AreTold(shutdown);
            // 64 MiB are unpinned with the last device.
            Assert.InRange(Ns(shutdown["phases"]!, "iommu_ns"), 1_000_000, 1_000_000_000);
        });
    }

    [Fact]
    public void Binds_of_one_reset_domain_wait_for_one_another()
    {
        JsonNode report = LabGuest.Run(SharedLock, devices: 3, "iommufd", "convoy").Json("report.json");
        JsonNode[] opens = [.. report["opens"]!.AsArray().Select(o => o!)];
        Assert.Equal(3, opens.Length);
        Assert.Single(opens.Select(o => o["lock"]!.GetValue<string>()).Distinct());
        JsonNode[] waiting = [.. opens.Where(o => Ns(o, "lock_wait_ns") > 0)];
        Assert.NotEmpty(waiting);
        Assert.All(waiting, open =>
        {
            JsonArray holders = open["holders"]!.AsArray();
            Assert.Equal(Ns(open, "lock_wait_ns"), holders.Sum(h => Ns(h!, "ns")));
            Assert.All(holders.Where(h => h!["lock_kind"]!.GetValue<string>() == "dev_set"), h => Assert.NotNull(h!["bdf"]));
        });
        Assert.Contains(waiting.SelectMany(o => o["holders"]!.AsArray()), h => h!["lock_kind"]!.GetValue<string>() == "dev_set");
    }

    private static IEnumerable<JsonNode> OpensOf(int pid) =>
        Report["opens"]!.AsArray().Select(o => o!).Where(o => o["pid"]!.GetValue<int>() == pid).OrderBy(o => Ns(o, "start_ns"));

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
