using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>Captures that begin or end in the middle of what they watch: they say so, and make nothing up.</summary>
public sealed class PartialCaptureTests
{
    private const int Devices = 16;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, Devices, kernel));

    // The command is run once everything is attached: how long that takes here is how long the processes may have to themselves.
    private const string Script = """
        report() { out/vfioscope report "$OUT/$1.vfioscope" --format json -o "$OUT/$1.json"; }
        actor() { tests/lab/actor "$OUT/$1.log" "${@:2}"; }
        ready() { [[ $(grep -c ' await.begin$' "$OUT/$1.log") == "$2" ]]; }

        actor present 'open-threads=3 await=/run/present sleep=0.5 raise=KILL' & present=$!
        wait_for 60 ready present 1
        before=${EPOCHREALTIME/./}
        out/vfioscope record -o "$OUT/present.vfioscope" -- bash -c '
            echo ${EPOCHREALTIME/./} >/run/attached; touch /run/present; tail --pid="$1" -s 0.05 -f /dev/null' - $present
        attaching=$(( $(</run/attached) - before ))
        report present

        # They begin when it is half attached, as far as can be foreseen, and take 9 s and 7 s.
        actor late 'open-threads=9 await=/run/late exit / open-threads=7 await=/run/late close=7 sleep=3 exit' & late=$!
        wait_for 60 ready late 2
        { sleep "$((attaching / 2000000)).$((attaching / 200000 % 10))"; touch /run/late; } &
        out/vfioscope record -o "$OUT/late.vfioscope" -- tail --pid=$late -s 0.05 -f /dev/null
        report late

        # The capture ends two seconds after the first two have begun, and long after the third is over.
        actor cut 'late=4 open-threads=4 await=/run/cut exit / open-threads=4 await=/run/cut close=4 sleep=4 exit /
            open-threads=2 await=/run/first close-threads=2 sleep=9 exit' & cut=$!
        wait_for 60 ready cut 3
        out/vfioscope record -o "$OUT/cut.vfioscope" --duration 4s -- bash -c 'touch /run/first; sleep 2; touch /run/cut; sleep 3'
        wait $cut
        report cut
        """;

    /// <summary>These kernels, and whether a reset takes its second there.</summary>
    public static TheoryData<string> Kernels => [.. LabScript.Kernels("6.12")];

    /// <summary>Kernels where a shutdown takes long enough to come in the middle of it.</summary>
    public static TheoryData<string> SlowKernels => [.. LabScript.Kernels("6.12").Where(k => k != "5.10")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Who_had_its_devices_before_is_followed_like_anybody(string kernel)
    {
        (JsonNode report, ActorLog log) = Recorded(kernel, "present");
        JsonNode shutdown = Assert.Single(Of(report, log, "a"));
        Assert.Equal("SIGKILL", shutdown["trigger"]!.GetValue<string>());
        Assert.Equal(3, shutdown["devices"]!.AsArray().Count);
        Assert.False(shutdown["began_before"]!.GetValue<bool>());
        Assert.False(shutdown["unfinished"]!.GetValue<bool>());
        double wall = (log["a", "reaped"] - log["a", "last"]) / 1e9;
        Assert.InRange(shutdown["wall_ns"]!.GetValue<long>() / 1e9, wall - 0.06, wall + 0.06);
        Assert.True(report["capture"]!["complete"]!.GetValue<bool>(), report["capture"]!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(SlowKernels))]
    public void What_began_before_the_capture_says_so(string kernel)
    {
        (JsonNode report, ActorLog log) = Recorded(kernel, "late");
        long capture = report["capture"]!["start_ns"]!.GetValue<long>();
        Assert.True(log["a", "last"] < capture, "the case came too late itself");
        JsonNode exit = Assert.Single(Of(report, log, "a")), close = Assert.Single(Of(report, log, "b"));
        foreach (JsonNode shutdown in (JsonNode[])[exit, close])
        {
            Assert.True(shutdown["began_before"]!.GetValue<bool>(), shutdown.ToJsonString());
            Assert.False(shutdown["unfinished"]!.GetValue<bool>());
            Assert.NotEmpty(shutdown["devices"]!.AsArray());
            Assert.Equal(shutdown["wall_ns"]!.GetValue<long>(), Sum(shutdown));
            Assert.Equal(shutdown["devices"]!.AsArray().Count, shutdown["devices"]!.AsArray().Select(d => d!["bdf"]!.GetValue<string>()).Distinct().Count());
        }
        // It is told from when it was seen; never from before, and to its real end.
        Assert.InRange(End(exit) - log["a", "reaped"], -60_000_000, 60_000_000);
        Assert.InRange(End(close) - log["b", "close.last"], -60_000_000, 60_000_000);
        Assert.Equal("close", close["trigger"]!.GetValue<string>());
        SaysSo(report, "began_before");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_goes_on_after_the_capture_says_so(string kernel)
    {
        (JsonNode report, ActorLog log) = Recorded(kernel, "cut");
        JsonNode exit = Assert.Single(Of(report, log, "a"));
        Assert.Equal("exit", exit["trigger"]!.GetValue<string>());
        Assert.True(exit["unfinished"]!.GetValue<bool>(), exit.ToJsonString());
        Assert.False(exit["began_before"]!.GetValue<bool>());
        Assert.Equal(exit["wall_ns"]!.GetValue<long>(), Sum(exit));
        // Up to here is known: to the end of the capture.
        long capture = report["capture"]!["start_ns"]!.GetValue<long>() + report["capture"]!["duration_ns"]!.GetValue<long>();
        Assert.InRange(End(exit), log["a", "last"] + 500_000_000, capture);

        JsonNode closed = Assert.Single(Of(report, log, "c"));
        Assert.False(closed["unfinished"]!.GetValue<bool>(), closed.ToJsonString());
        Assert.Equal(2, closed["devices"]!.AsArray().Count);
        SaysSo(report, "unfinished");
    }

    [Theory]
    [MemberData(nameof(SlowKernels))]
    public void A_close_that_goes_on_after_the_capture_says_so(string kernel)
    {
        (JsonNode report, ActorLog log) = Recorded(kernel, "cut");
        JsonNode close = Assert.Single(Of(report, log, "b"));
        Assert.Equal("close", close["trigger"]!.GetValue<string>());
        Assert.True(close["unfinished"]!.GetValue<bool>(), close.ToJsonString());
        Assert.Equal(close["wall_ns"]!.GetValue<long>(), Sum(close));
        // The closes of four take 4 s, of which less than three were seen.
        Assert.InRange(close["wall_ns"]!.GetValue<long>(), 500_000_000, 3_500_000_000);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_made_up(string kernel)
    {
        foreach (string name in (string[])["present", "late", "cut"])
        {
            JsonNode report = Recorded(kernel, name).Report;
            string[] made = ["reset_skipped", "device_not_released", "libvirt_limits"];
            Assert.DoesNotContain(
                report["shutdowns"]!.AsArray().SelectMany(s => s!["findings"]!.AsArray()), f => made.Contains(f!["id"]!.GetValue<string>()));
        }
    }

    private static void SaysSo(JsonNode report, string problem)
    {
        JsonNode capture = report["capture"]!;
        Assert.False(capture["complete"]!.GetValue<bool>());
        Assert.Contains(capture["problems"]!.AsArray(), p => p!["id"]!.GetValue<string>() == problem);
    }

    private static (JsonNode Report, ActorLog Log) Recorded(string kernel, string name)
    {
        LabGuest guest = Guest[kernel];
        return (guest.Json(name + ".json"), new ActorLog(guest.Text(name + ".log")));
    }

    private static IEnumerable<JsonNode> Of(JsonNode report, ActorLog log, string who) =>
        report["shutdowns"]!.AsArray().Select(s => s!).Where(s => s["pid"]!.GetValue<int>() == log.Pid(who));

    private static long End(JsonNode shutdown) => shutdown["start_ns"]!.GetValue<long>() + shutdown["wall_ns"]!.GetValue<long>();

    private static long Sum(JsonNode shutdown) =>
        shutdown["unattributed_ns"]!.GetValue<long>() + shutdown["phases"]!.AsObject().Sum(p => p.Value!.GetValue<long>());
}
