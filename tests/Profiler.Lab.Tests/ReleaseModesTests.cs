using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>The four ways of the 2018 test program to let 8 devices go, each recorded once per kind of attachment.</summary>
public sealed class ReleaseModes
{
    public const int Devices = 8;

    private const string Script = """
        for attach in kprobe fentry; do
            for mode in exit close threads processes; do
                out/vfioscope record --attach $attach -o "$OUT/$mode-$attach.vfioscope" -- \
                    out/vfioscope release --mode $mode $LAB_DEVICES >"$OUT/$mode-$attach.txt"
                out/vfioscope report "$OUT/$mode-$attach.vfioscope" --format json -o "$OUT/$mode-$attach.json"
            done
        done
        """;

    public LabGuest Guest { get; } = LabGuest.Run(Script, Devices);
}

public sealed class ReleaseModesTests(ReleaseModes modes) : IClassFixture<ReleaseModes>
{
    public static TheoryData<string, string> All => Combine("exit", "close", "threads", "processes");

    public static TheoryData<string, string> Serial => Combine("exit", "close");

    public static TheoryData<string, string> Parallel => Combine("threads", "processes");

    [Theory]
    [MemberData(nameof(Serial))]
    public void One_after_another_takes_a_second_for_each_device(string mode, string attach)
    {
        JsonNode releases = Report(mode, attach)["releases"]!;
        Assert.Equal(1, releases["peak_concurrency"]!.GetValue<int>());
        Assert.InRange(WallSeconds(releases), 8.0, 9.6);
    }

    [Theory]
    [MemberData(nameof(Parallel))]
    public void Side_by_side_takes_as_long_as_one(string mode, string attach)
    {
        JsonNode releases = Report(mode, attach)["releases"]!;
        Assert.Equal(ReleaseModes.Devices, releases["peak_concurrency"]!.GetValue<int>());
        Assert.InRange(WallSeconds(releases), 1.0, 1.7);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_device_is_released_once_with_its_bus_reset(string mode, string attach)
    {
        List<JsonNode> devices = [.. Report(mode, attach)["shutdowns"]!.AsArray().SelectMany(s => s!["devices"]!.AsArray()).Select(d => d!)];
        Assert.Equal(ReleaseModes.Devices, devices.Count);
        Assert.Equal(ReleaseModes.Devices, devices.Select(d => d["bdf"]!.GetValue<string>()).Distinct().Count());
        Assert.All(devices, d =>
        {
            Assert.Equal("bus", d["reset_method"]!.GetValue<string>());
            Assert.InRange(d["reset_ns"]!.GetValue<long>() / 1e9, 1.0, 1.5);
        });
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_program_itself_measures_the_same(string mode, string attach)
    {
        string total = modes.Guest.Text($"{mode}-{attach}.txt").Split('\n').Last(l => l.StartsWith("total", StringComparison.Ordinal));
        double measured = double.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        // The program's clock starts before the first release and stops after the last: starting threads
        // and the end of a process are in it too. A device too many or too few would be a second.
        Assert.InRange(measured - WallSeconds(Report(mode, attach)["releases"]!), -0.01, 0.95);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_trigger_is_the_way_they_went(string mode, string attach)
    {
        string expected = mode is "exit" or "processes" ? "exit" : "close";
        Assert.All(Report(mode, attach)["shutdowns"]!.AsArray(), s => Assert.Equal(expected, s!["trigger"]!.GetValue<string>()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_probes_are_attached_as_asked_and_lose_nothing(string mode, string attach)
    {
        JsonNode capture = Report(mode, attach)["capture"]!;
        // Nobody runs a machine here, and this kernel has no iommufd.
        Assert.All(capture["probes"]!.AsArray().Where(p => p!["waits_for"]?.GetValue<string>() is not ("kvm" or "iommufd")), p =>
        {
            // Of what the compiler made of a function (.isra.0) there is no type information, which fentry needs.
            if (attach == "fentry" && p!["symbol"]!.GetValue<string>().Contains('.', StringComparison.Ordinal))
            {
                Assert.Contains("no type information", p["reason"]!.GetValue<string>(), StringComparison.Ordinal);
                return;
            }
            Assert.True(p!["attached"]!.GetValue<bool>(), p.ToJsonString());
            Assert.Contains(p["attach"]!.GetValue<string>(), new[] { attach, "tracepoint" });
            Assert.Equal(0, p["missed"]?.GetValue<long>() ?? 0);
        });
        Assert.Equal(0, capture["events_lost"]!.GetValue<long>());
        Assert.Equal(0, capture["events_unmatched"]!.GetValue<long>());
    }

    private JsonNode Report(string mode, string attach) => modes.Guest.Json($"{mode}-{attach}.json");

    private static double WallSeconds(JsonNode releases) => releases["wall_ns"]!.GetValue<long>() / 1e9;

    private static TheoryData<string, string> Combine(params string[] modes)
    {
        var data = new TheoryData<string, string>();
        foreach (string mode in modes)
        {
            data.Add(mode, "kprobe");
            data.Add(mode, "fentry");
        }
        return data;
    }
}
