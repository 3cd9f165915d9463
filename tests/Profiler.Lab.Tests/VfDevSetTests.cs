using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Profiler.Lab.Tests;

/// <summary>
/// Virtual functions released at the same time: on 5.10 they have one dev_set and wait for one another, on newer kernels each has its own.
/// The kernel's tracer says the same by itself: which mutexes a thread had to wait for.
/// </summary>
public sealed partial class VfDevSetTests
{
    private const int Vfs = 4;

    private const string Script = """
        pf=$LAB_DEVICES
        devices=$(tests/lab/sriov)
        echo "$pf $devices" >"$OUT/devices"
        trace=/sys/kernel/tracing
        echo 'p:slow __mutex_lock_slowpath lock=%di:x64' >$trace/kprobe_events
        echo 1 >$trace/events/kprobes/slow/enable
        for mode in threads close; do
            out/vfioscope record -o "$OUT/$mode.vfioscope" -- out/vfioscope release --mode $mode $devices >/dev/null
            out/vfioscope report "$OUT/$mode.vfioscope" --addresses --format json -o "$OUT/$mode.json"
            cat $trace/trace >"$OUT/$mode.trace"
            echo >$trace/trace
        done
        out/vfioscope report "$OUT/threads.vfioscope"
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("5.10", "6.1 6.12 newest")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void They_wait_for_one_another_where_they_share_a_dev_set_and_only_there(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, Vfs, kernel, "sriov");
        string[] words = guest.Text("devices").Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        (string pf, string[] vfs) = (words[0], words[1..]);
        Assert.All(vfs, vf => Assert.Equal(pf, Identity(guest, vf)["physical_function"]!.GetValue<string>()));

        string[] locks = [.. Devices(guest, "threads").Select(d => d["lock"]!.GetValue<string>())];
        Assert.Equal(Vfs, locks.Length);
        bool shared = locks.Distinct().Count() == 1;
        Assert.Equal(kernel == "5.10", shared);
        Assert.Equal(shared ? 1 : Vfs, locks.Distinct().Count());
        // A thread may have had to wait twice, spinning first.
        Assert.InRange(WaitedFor(guest, "threads", locks), shared ? Vfs - 1 : 0, shared ? 2 * Vfs : 0);

        JsonNode[] found = [.. Findings(guest, "threads")];
        Assert.DoesNotContain(found, f => Id(f) == "lock_held_across_release");
        JsonNode[] ofVfs = [.. found.Where(f => Id(f) == "vfs_share_dev_set")];
        Assert.Equal(shared ? 1 : 0, ofVfs.Length);
        foreach (JsonNode finding in ofVfs)
        {
            Assert.Equal(vfs, finding["devices"]!.AsArray().Select(d => d!.GetValue<string>()));
            Assert.Equal(locks[0], Assert.Single(finding["locks"]!.AsArray())!.GetValue<string>());
            Assert.StartsWith($"{Vfs} virtual functions of {pf} share one dev_set", finding["text"]!.GetValue<string>(), StringComparison.Ordinal);
            // Three that wait for one, two and three others, which take the 0.1 s of an FLR each.
            Assert.InRange(finding["numbers"]!["waited_ns"]!.GetValue<long>() / 1e9, 0.5, 1.5);
        }

        Assert.Equal(0, WaitedFor(guest, "close", locks));
        Assert.DoesNotContain(Findings(guest, "close"), f => Id(f) is "vfs_share_dev_set" or "lock_held_across_release");
    }

    private static int WaitedFor(LabGuest guest, string mode, string[] locks) => new KernelTrace(guest.Text(mode + ".trace")).Events
        .Count(e => Lock().Match(e.What) is { Success: true } match && locks.Contains(match.Groups[1].Value));

    private static JsonNode Identity(LabGuest guest, string bdf) =>
        guest.Json("threads.json")["devices"]!.AsArray().Single(d => d!["bdf"]!.GetValue<string>() == bdf)!;

    private static IEnumerable<JsonNode> Devices(LabGuest guest, string mode) =>
        guest.Json(mode + ".json")["shutdowns"]!.AsArray().SelectMany(s => s!["devices"]!.AsArray()).Select(d => d!);

    private static IEnumerable<JsonNode> Findings(LabGuest guest, string mode) =>
        guest.Json(mode + ".json")["shutdowns"]!.AsArray().SelectMany(s => s!["findings"]!.AsArray()).Select(f => f!);

    private static string Id(JsonNode finding) => finding["id"]!.GetValue<string>();

    // "slow: (__mutex_lock_slowpath+0x0/0x20) lock=0xffff888003d2a0b0"
    [GeneratedRegex(@"^slow: .* lock=(0x[0-9a-f]{16})$")]
    private static partial Regex Lock();
}
