namespace Profiler.Lab.Tests;

/// <summary>
/// A signal at any moment of the first seconds, while programs are being loaded and attached or when they are: nothing is
/// left in the kernel, nothing half-written in the file system, and the exit code says what it was.
/// </summary>
public sealed class SignalTests
{
    // Bash has its background jobs ignore SIGINT, and who was started so goes on ignoring it: env gives it back.
    private const string Script = """
        left() { wc -l </sys/kernel/tracing/kprobe_events; }
        strike() {
            local what=$1 signal=$2 after=$3 code=0; shift 3
            mkdir -p "$OUT/$what-$signal-$after"
            cd "$OUT/$what-$signal-$after"
            env --default-signal "$@" 2>../err & local pid=$!
            if [ "$after" = ready ]; then
                until [ -s .x.*.partial ] 2>/dev/null || grep -q serving ../err; do sleep 0.1; done
            else
                sleep "$after"
            fi
            kill "-$signal" $pid
            wait $pid || code=$?
            cd - >/dev/null
            echo "$what $signal $after code $code left $(left) partial $(find "$OUT/$what-$signal-$after" -name '*.partial' | wc -l)" \
                "lines $(wc -l <"$OUT/err") traces $(grep -c '   at ' "$OUT/err" || true) report $(report "$what-$signal-$after")" >>"$OUT/struck"
        }
        report() {
            [ -e "$OUT/$1/x" ] || { echo none; return; }
            out/vfioscope report "$OUT/$1/x" >"$OUT/text" 2>&1 && ! grep -q 'cut short' "$OUT/text" && echo whole || echo broken
        }
        bin=$PWD/out/vfioscope
        for after in 0.2 1 4 ready; do strike record TERM $after $bin record -o x; done
        for after in 1 ready; do strike record INT $after $bin record -o x; done
        for after in 0.5 ready; do strike record HUP $after $bin record -o x; done
        for after in 0.3 2 ready; do strike serve TERM $after $bin serve --web.listen-address 127.0.0.1:0; done
        strike kprobes QUIT 2 $bin record -o x --attach kprobe
        strike check TERM 1 $bin check
        for signal in TERM INT HUP; do strike timed $signal ready $bin record -o x --duration 600s; done
        strike command TERM ready $bin record -o x -- sleep 5
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_left_and_the_exit_code_says_what_it_was(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 1, kernel: kernel);
        string[] struck = guest.Text("struck").TrimEnd('\n').Split('\n');
        Assert.Equal(17, struck.Length);
        Assert.All(struck, line =>
        {
            string[] words = line.Split(' ');
            (string what, string signal, string code) = (words[0], words[1], words[4]);
            string ofSignal = $"{128 + signal switch { "HUP" => 1, "INT" => 2, "QUIT" => 3, _ => 15 }}";
            Assert.True(line.Contains(" left 0 partial 0 ", StringComparison.Ordinal) && line.Contains(" traces 0 ", StringComparison.Ordinal), line);
            // Before it listens to signals, in its first moments, it dies of them, and has done nothing yet.
            bool early = code == ofSignal;
            bool normal = code == "0" && what is "record" or "kprobes" or "serve" or "check";
            Assert.True(early || normal, line);
            Assert.True(line.EndsWith(what is "serve" or "check" || (early && what is "record" or "kprobes") ? "none" : "whole", StringComparison.Ordinal), line);
        });
        // Once it records, a signal is how it ends; if it was to end otherwise, its end is early.
        Assert.All(struck.Where(line => line.Contains(" ready ", StringComparison.Ordinal)), line => Assert.Matches(
            "^(record|serve) [A-Z]+ ready code 0 |^timed TERM ready code 143 |^timed INT ready code 130 |^timed HUP ready code 129 |^command TERM ready code 143 ",
            line));
    }
}
