using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// What goes wrong on a host while it is watched (tests/lab/faults) ends in right data, or in data that says what is missing. The stopwatch
/// is that of tests/lab/actor.
/// </summary>
public sealed class FaultsTests
{
    // Two recorders have probes of their own, one after the other, nanoseconds.
    private const long Apart = 2_000_000;

    // Between a call's begin in the kernel and the mark of who makes it, in an emulated machine.
    private const long Around = 60_000_000;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run("tests/lab/faults", devices: 4, kernel, "pair"));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("6.12")];

    public static TheoryData<string, string, int> Whole
    {
        get
        {
            (string, int)[] cases =
            [
                ("two-at-once", 4), ("inner", 4), ("tracers", 4), ("killed-in-release", 4), ("killed-waiting", 2), ("same-pid", 3),
                ("cpu-offline", 6), ("clock-jump", 8), ("unplugged", 8), ("tracefs-gone", 4),
            ];
            var whole = new TheoryData<string, string, int>();
            foreach (string kernel in LabScript.Kernels("6.12"))
            {
                foreach ((string name, int releases) in cases)
                    whole.Add(kernel, name, releases);
            }
            return whole;
        }
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public void Nothing_is_missing_and_it_says_so(string kernel, string name, int releases)
    {
        JsonNode report = Report(kernel, name), capture = report["capture"]!;
        Assert.True(capture["complete"]!.GetValue<bool>(), capture.ToJsonString());
        Assert.Equal((0, 0), (Ns(capture, "events_lost"), Ns(capture, "events_unmatched")));
        Assert.Equal(releases, report["releases"]!["count"]!.GetValue<int>());
        Assert.Equal(releases, Shutdowns(kernel, name).Sum(s => s["devices"]!.AsArray().Count));
        Assert.Equal("0", Guest[kernel].Text(name + ".code").Trim());
        Assert.All(Shutdowns(kernel, name), Phases.AddUp);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Two_at_once_see_the_same(string kernel)
    {
        JsonNode one = Assert.Single(Shutdowns(kernel, "two-at-once")), other = Assert.Single(Shutdowns(kernel, "inner"));
        Assert.InRange(Ns(one, "wall_ns") - Ns(other, "wall_ns"), -Apart, Apart);
        foreach ((JsonNode? device, JsonNode? same) in one["devices"]!.AsArray().Zip(other["devices"]!.AsArray()))
        {
            Assert.Equal((string)device!["bdf"]!, (string)same!["bdf"]!);
            Assert.InRange(Ns(device, "duration_ns") - Ns(same, "duration_ns"), -Apart, Apart);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Who_is_killed_while_it_releases_or_waits_is_followed_to_its_end(string kernel)
    {
        foreach (string name in (string[])["killed-in-release", "killed-waiting"])
        {
            ActorLog log = Log(kernel, name);
            JsonNode shutdown = Assert.Single(Shutdowns(kernel, name));
            Assert.Equal((log.Pid("a"), "SIGKILL"), (shutdown["pid"]!.GetValue<int>(), (string)shutdown["trigger"]!));
            Assert.InRange(Ns(shutdown, "start_ns") + Ns(shutdown, "wall_ns"), Ns(shutdown, "start_ns"), log["a", "reaped"]);
            Assert.InRange(log["a", "reaped"] - (Ns(shutdown, "start_ns") + Ns(shutdown, "wall_ns")), 0, Around);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Processes_with_one_number_are_told_apart(string kernel)
    {
        JsonNode[] shutdowns = [.. Shutdowns(kernel, "same-pid")];
        Assert.Equal(3, shutdowns.Length);
        Assert.Single(shutdowns.Select(s => s["pid"]!.GetValue<int>()).Distinct());
        foreach ((JsonNode one, JsonNode next) in shutdowns.Zip(shutdowns.Skip(1)))
            Assert.InRange(Ns(one, "start_ns") + Ns(one, "wall_ns"), 0, Ns(next, "start_ns"));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_clock_on_the_wall_makes_nothing_longer_or_shorter(string kernel)
    {
        foreach ((JsonNode shutdown, string name) in Shutdowns(kernel, "clock-jump").Zip((string[])["clock-jump", "clock-jump-2"]))
        {
            ActorLog log = Log(kernel, name);
            Assert.Equal(log.Pid("a"), shutdown["pid"]!.GetValue<int>());
            long called = log["a", "close.last"] - log["a", "close.first"];
            Assert.InRange(called - shutdown["devices"]!.AsArray().Sum(d => Ns(d!, "duration_ns")), 0, Around);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_device_that_comes_back_at_its_address_is_that_device(string kernel)
    {
        JsonNode[] shutdowns = [.. Shutdowns(kernel, "unplugged")];
        Assert.Equal(Log(kernel, "unplugged").Pid("a"), shutdowns[0]["pid"]!.GetValue<int>());
        Assert.Equal(Log(kernel, "unplugged-2").Pid("a"), shutdowns[1]["pid"]!.GetValue<int>());
        Assert.Equal(Devices(shutdowns[0]), Devices(shutdowns[1]));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Without_tracefs_at_the_end_nothing_stays_in_the_kernel(string kernel)
    {
        Assert.Equal("0", Guest[kernel].Text("tracefs-gone.left").Trim());
        Assert.Equal("nothing was left behind", Guest[kernel].Text("tracefs-gone.clean").Trim());
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_a_recorder_wrote_before_it_had_no_memory_is_there_and_says_that_it_ends_early(string kernel)
    {
        Assert.Equal("137", Guest[kernel].Text("out-of-memory.code").Trim());
        Assert.Equal("oom_kill 1", Guest[kernel].Text("oom").Trim());
        JsonNode report = Report(kernel, "out-of-memory");
        Assert.False(report["capture"]!["complete"]!.GetValue<bool>());
        Assert.Contains(report["capture"]!["problems"]!.AsArray(), p => (string)p!["id"]! == "cut_short");
        Assert.Equal(3, report["releases"]!["count"]!.GetValue<int>());
    }

    private static JsonNode Report(string kernel, string name) => Guest[kernel].Json(name + ".json");

    private static ActorLog Log(string kernel, string name) => new(Guest[kernel].Text(name + ".log"));

    private static IEnumerable<JsonNode> Shutdowns(string kernel, string name) =>
        Report(kernel, name)["shutdowns"]!.AsArray().Select(s => s!).OrderBy(s => Ns(s, "start_ns"));

    private static string[] Devices(JsonNode shutdown) => [.. shutdown["devices"]!.AsArray().Select(d => (string)d!["bdf"]!)];

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
