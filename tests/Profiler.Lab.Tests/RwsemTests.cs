using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// Waits for rw-semaphores, as reader behind a writer and as writer behind readers (tests/lab/rw-semaphores). Beside them, the kernel's own
/// contention tracepoints, or kprobe events where it has none.
/// </summary>
public sealed class RwsemTests
{
    private const int Devices = 4;

    // Two programs at one place do not run at the same instant, nanoseconds.
    private const long Rest = 200_000;

    private const string Script = """
        tracing=/sys/kernel/tracing
        echo mono >$tracing/trace_clock
        if [[ -e $tracing/events/lock/contention_begin ]]; then
            echo 1 >$tracing/events/lock/enable
        else
            for way in read write; do
                echo "p:${way}_begin rwsem_down_${way}_slowpath" >>$tracing/kprobe_events
                echo "r:${way}_end rwsem_down_${way}_slowpath" >>$tracing/kprobe_events
            done
            echo 1 >$tracing/events/kprobes/enable
        fi
        scenes=(opens)
        if [[ -e /dev/iommu ]]; then scenes+=(closes); fi
        for scene in "${scenes[@]}"; do
            echo >$tracing/trace
            out/vfioscope record -o "$OUT/$scene.vfioscope" -- tests/lab/rw-semaphores $scene >"$OUT/$scene.threads"
            cat $tracing/trace >"$OUT/$scene.trace"
            out/vfioscope report "$OUT/$scene.vfioscope" --format json -o "$OUT/$scene.json"
        done
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10 6.1 6.12 iommufd")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Waits_are_as_many_and_as_long_as_the_kernel_says(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, Devices, kernel);
        JsonNode[] readers = Compare(guest, "opens", "READ");
        // Just between two of its calls nobody has the lock.
        JsonNode[] writers = [.. readers.Where(h => h["tid"] is not null)];
        Assert.NotEmpty(writers);
        Assert.All(writers, h => Assert.Equal(Threads(guest, "opens").Holder, h["tid"]!.GetValue<int>()));
        // The names of readers are not known.
        if (kernel == "iommufd")
            Assert.All(Compare(guest, "closes", "WRITE"), h => Assert.Null(h["tid"]));
    }

    // The holders in all waits of this kind.
    private static JsonNode[] Compare(LabGuest guest, string scene, string flag)
    {
        JsonNode report = guest.Json(scene + ".json");
        Assert.True(report["capture"]!["complete"]!.GetValue<bool>(), report["capture"]!.ToJsonString());
        JsonNode[] spans = [.. report["opens"]!.AsArray().Concat(report["shutdowns"]!.AsArray().SelectMany(s => s!["devices"]!.AsArray())).Select(o => o!)];
        Assert.All(spans, span => Assert.Equal(Threads(guest, scene).Waiting, span["tid"]!.GetValue<int>()));
        bool IsOfKind(JsonNode node) =>
            node["lock_kind"]!.GetValue<string>() == "rwsem" && node["as_writer"]!.GetValue<bool>() == (flag == "WRITE");

        (long Ns, long DurationNs)[] ours =
        [
            .. spans.SelectMany(o => o["lock_waits"]!.AsArray()).Select(w => w!).Where(IsOfKind).Select(w => (Ns(w, "start_ns"), Ns(w, "duration_ns"))).Order(),
        ];
        (long Ns, long DurationNs)[] theirs =
        [
            .. Waits(new KernelTrace(guest.Text(scene + ".trace")), flag).Where(w => spans.Any(o =>
                w.Ns > Ns(o, "start_ns") - Rest && w.Ns < Ns(o, "start_ns") + Ns(o, "duration_ns"))),
        ];
        Assert.NotEmpty(ours);
        Assert.Equal(theirs.Length, ours.Length);
        Assert.All(theirs.Zip(ours), pair =>
        {
            Assert.InRange(pair.First.Ns - pair.Second.Ns, -Rest, Rest);
            Assert.InRange(pair.First.DurationNs - pair.Second.DurationNs, -Rest, Rest);
        });
        JsonNode[] holders = [.. spans.SelectMany(o => o["holders"]!.AsArray()).Select(h => h!).Where(IsOfKind)];
        Assert.Equal(ours.Sum(w => w.DurationNs), holders.Sum(h => Ns(h, "ns")));
        return holders;
    }

    private static (int Waiting, int Holder) Threads(LabGuest guest, string scene)
    {
        int[] threads = [.. guest.Text(scene + ".threads").Split().Where(t => t.Length > 0).Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
        return (threads[0], threads[1]);
    }

    // The begin of each wait of this kind, and the next end of a wait for the same lock.
    private static IEnumerable<(long Ns, long DurationNs)> Waits(KernelTrace trace, string flag)
    {
        for (int i = 0; i < trace.Events.Count; i++)
        {
            (long begin, string what) = trace.Events[i];
            // "contention_begin: 000000001d1b9b4d (flags=READ)"; "read_begin: (rwsem_down_read_slowpath+0x0/0x530)"
            string? end = flag == "READ" && what.StartsWith("read_begin: ", StringComparison.Ordinal) ? "read_end: "
                : what.StartsWith("contention_begin: ", StringComparison.Ordinal) && what.EndsWith($"(flags={flag})", StringComparison.Ordinal)
                    ? "contention_end: " + what.Split(' ')[1]
                : null;
            if (end is not null)
                yield return (begin, trace.Events.Skip(i).First(e => e.What.StartsWith(end, StringComparison.Ordinal)).Ns - begin);
        }
    }

    private static long Ns(JsonNode node, string field) => node[field]!.GetValue<long>();
}
