using System.Globalization;

namespace Profiler.Lab.Tests;

/// <summary>
/// However a vfioscope ends, and whenever, nothing of it stays in the kernel; if it is killed outright, the next one takes
/// away what it left.
/// </summary>
public sealed class LeftoversTests
{
    private const string Script = """
        ours() { grep -c vfioscope_ /sys/kernel/tracing/kprobe_events || true; }
        many() { [[ $(ours) -gt 5 ]]; }
        killed() {
            out/vfioscope record -o "$OUT/killed.$1" 2>/dev/null & pid=$!
            wait_for 60 many
            kill -KILL $pid
            wait $pid || true
            ours >"$OUT/left.$1"
        }
        # A signal at every moment of the start.
        for (( i = 0; i < 16; i++ )); do
            out/vfioscope record -o "$OUT/term" >/dev/null 2>&1 & pid=$!
            sleep "0.$((RANDOM % 90 + 10))"
            kill -TERM $pid
            wait $pid && code=0 || code=$?
            echo "$i $code $(ours)" >>"$OUT/terminated"
        done

        killed clean
        # Somebody else has the number by now: that does not protect them.
        echo "r1024:vfioscope_1/old_1 vfs_read" >>/sys/kernel/tracing/kprobe_events
        echo "r1024:vfioscope_1_4711/other_1_4711 vfs_read" >>/sys/kernel/tracing/kprobe_events
        # One that is running keeps its own.
        out/vfioscope record -o /run/running 2>/dev/null & running=$!
        wait_for 60 eval '[ -s /run/.running.*.partial ]'
        grep -q "vfioscope_${running}_" /sys/kernel/tracing/kprobe_events
        before=$(ours)
        echo "r1024:vfioscope_1_4711/again_1_4711 vfs_read" >>/sys/kernel/tracing/kprobe_events
        out/vfioscope check --clean >"$OUT/clean"
        echo "$before $(ours)" >"$OUT/kept"
        kill -TERM $running
        wait $running

        killed next
        out/vfioscope check >/dev/null
        ours >"$OUT/after-check"
        killed clean-only
        out/vfioscope check --clean >"$OUT/clean-only"
        ours >"$OUT/after-clean"
        out/vfioscope check --clean >"$OUT/nothing"
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("5.10", "newest")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_of_ours_stays_in_the_kernel(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 1, kernel);
        Assert.All(guest.Text("terminated").Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.EndsWith(" 0", line, StringComparison.Ordinal));
        foreach (string left in (string[])["left.clean", "left.next", "left.clean-only"])
            Assert.InRange(Number(guest, left), 6, 100);
        Assert.Equal("removed vfioscope_1_4711/again_1_4711\n", guest.Text("clean"));
        Assert.Matches("^(\\d+) \\1\n$", guest.Text("kept"));
        Assert.Equal(0, Number(guest, "after-check"));
        Assert.Equal(Number(guest, "left.clean-only"), guest.Text("clean-only").Split('\n').Count(l => l.StartsWith("removed ", StringComparison.Ordinal)));
        Assert.Equal(0, Number(guest, "after-clean"));
        Assert.Equal("nothing was left behind\n", guest.Text("nothing"));
    }

    private static int Number(LabGuest guest, string file) => int.Parse(guest.Text(file), CultureInfo.InvariantCulture);
}
