using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// <c>why</c> is asked while a thread opens a device and waits for one that closes the last of its dev_set; and while an unbind waits for a
/// process that has the device open. What it says is what the shell reads in procfs just then.
/// </summary>
public sealed class WhyTests
{
    private const string Script = """
        read -ra devices <<<"$LAB_DEVICES"
        in_function() { grep -q "$@" /proc/[0-9]*/task/*/stack; }
        stack_of() { sed -E 's/^\[<[0-9]+>\] //' "/proc/$1/stack"; }

        # The last close of the set resets the bus, for a second; where the method cannot be chosen it is too quick to ask.
        [[ -e /sys/bus/pci/devices/${devices[0]}/reset_method ]] && tries=5 || tries=0
        for (( try = 0; try < tries; try++ )); do
            tests/lab/actor "$OUT/convoy$try.log" 'open=1 close-aside=1 open=1 exit' &
            while kill -0 $! 2>/dev/null; do
                out/vfioscope why --json >"$OUT/asked.json"
                if grep -q '"lock": "dev_set"' "$OUT/asked.json" && grep -q '"step": "bus_reset"' "$OUT/asked.json"; then
                    mv "$OUT/asked.json" "$OUT/convoy.json"
                fi
            done
            wait $!
            if [[ -e $OUT/convoy.json ]]; then break; fi
        done

        child=$(tests/lab/hold "${devices[0]}" 600)
        bash -c "echo ${devices[0]} >/sys/bus/pci/drivers/vfio-pci/unbind" &
        unbind=$!
        wait_for 30 in_function -E 'vfio_unregister_group_dev|vfio_del_group_dev'
        out/vfioscope why --json >"$OUT/unbind.json"
        stack_of $unbind >"$OUT/unbind.stack"
        echo "$child $unbind" >"$OUT/pids"
        out/vfioscope why
        for subject in $child "${devices[0]}"; do out/vfioscope why "$subject" >/dev/null; done
        code() { local code=0; out/vfioscope why "$1" 2>>"$OUT/errors" || code=$?; echo $code >>"$OUT/codes"; }
        for subject in 1 nobody 00:00.0 ff:1f.7; do code $subject; done
        kill -KILL $child
        wait $unbind
        """;

    private static readonly GuestPerKernel Guest = new(kernel => LabGuest.Run(Script, devices: 2, kernel, "shared"));

    private static readonly string[] Run = LabScript.Kernels("newest", "5.10 6.12");

    public static TheoryData<string> Kernels => [.. Run];

    /// <summary>5.10 resets the device by another method, within milliseconds.</summary>
    public static TheoryData<string> WithSlowReset => [.. Run.Except(["5.10"])];

    [Theory]
    [MemberData(nameof(WithSlowReset))]
    public void An_open_that_waits_for_a_release_is_told_with_whom_it_probably_waits_for(string kernel)
    {
        JsonNode[] threads = [.. Guest[kernel].Json("convoy.json")["threads"]!.AsArray().Select(t => t!)];
        JsonNode waits = Assert.Single(threads, t => Text(t["step"]) == "lock_wait");
        Assert.Equal(("D", "open", "dev_set"), (Text(waits["state"]), Text(waits["doing"]), Text(waits["waits_for"]!["lock"])));
        JsonNode holder = Assert.Single(waits["waits_for"]!["holders"]!.AsArray())!;
        Assert.Equal(("release", "bus_reset", false), (Text(holder["doing"]), Text(holder["step"]), holder["certain"]!.GetValue<bool>()));
        JsonNode releases = Assert.Single(threads, t => Text(t["doing"]) == "release");
        Assert.Equal((int?)releases["tid"], (int?)holder["tid"]);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void An_unbind_that_waits_names_the_device_and_who_has_it_open(string kernel)
    {
        LabGuest guest = Guest[kernel];
        int[] pids = [.. guest.Text("pids").Split(' ').Select(int.Parse)];
        JsonNode answer = guest.Json("unbind.json");
        JsonNode unbind = Assert.Single(answer["threads"]!.AsArray(), t => (int?)t!["pid"] == pids[1])!;
        Assert.Equal(("unbind", "wait_for_users"), (Text(unbind["doing"]), Text(unbind["step"])));
        Assert.True(unbind["device"]!["certain"]!.GetValue<bool>());
        Assert.Equal(pids[0], (int?)Assert.Single(unbind["waits_for"]!["holders"]!.AsArray())!["pid"]);
        Assert.Equal(
            guest.Text("unbind.stack").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Function),
            unbind["stack"]!.AsArray().Select(f => Function(Text(f)!)));
        JsonNode device = Assert.Single(answer["devices"]!.AsArray(), d => Text(d!["bdf"]) == Text(unbind["device"]!["bdf"]))!;
        Assert.Contains(device["users"]!.AsArray(), u => (int?)u!["pid"] == pids[0] && Text(u["use"]) == "open");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_there_is_nothing_of_is_one_line_and_an_exit_code(string kernel)
    {
        Assert.Equal("1\n1\n1\n2\n", Guest[kernel].Text("codes"));
        Assert.Equal(4, Guest[kernel].Text("errors").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    private static string Function(string frame) => frame.Split('+')[0];
}
