using Profiler.Core.Problems;

namespace Profiler.Lab.Tests;

/// <summary>
/// Whoever switches tracing off, before or meanwhile, leaves everything attached and nothing seen: that is noticed and said,
/// also when it is on again.
/// </summary>
public sealed class TracingOffTests
{
    private const string Script = """
        read -ra devices <<<"$LAB_DEVICES"
        check() { out/vfioscope check >"$OUT/$1.check" && code=0 || code=$?; echo "exit $code" >>"$OUT/$1.check"; }
        midway() {
            out/vfioscope record -o "$OUT/$1.vfioscope" -- bash -c '
                sleep 1.5
                eval "$1"
                out/vfioscope release --mode threads "${@:3}" >/dev/null
                sleep 1.5
                eval "$2"
            ' - "${@:2}" "${devices[@]}"
        }
        midway ftrace 'echo 0 >/proc/sys/kernel/ftrace_enabled' 'echo 1 >/proc/sys/kernel/ftrace_enabled'
        midway kprobes 'echo 0 >/sys/kernel/debug/kprobes/enabled' 'echo 1 >/sys/kernel/debug/kprobes/enabled'
        # Those of others, and what only the trace files of tracefs depend on, are no matter.
        midway others 'echo 0 >/sys/kernel/tracing/events/enable; echo 0 >/sys/kernel/tracing/tracing_on; : >>/sys/kernel/tracing/kprobe_events' true
        check on
        echo 0 >/proc/sys/kernel/ftrace_enabled
        check ftrace
        out/vfioscope record -o "$OUT/before.vfioscope" -- out/vfioscope release --mode threads "${devices[@]}" >/dev/null
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("newest", "5.10")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void It_is_said_which_switch_it_was(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 2, kernel);
        // 5.10 does not let it be switched off while an fentry program is attached, which its lock probe is.
        if (kernel != "5.10")
            Assert.Equal("kernel.ftrace_enabled", new LabRecording(guest, "ftrace.vfioscope").Problem(ProblemKinds.TracingOff)?.Detail);
        Assert.Equal("kprobes/enabled", new LabRecording(guest, "kprobes.vfioscope").Problem(ProblemKinds.TracingOff)?.Detail);

        var others = new LabRecording(guest, "others.vfioscope");
        Assert.Equal(2, others.Releases);
        Assert.Null(others.Problem(ProblemKinds.TracingOff));

        var before = new LabRecording(guest, "before.vfioscope");
        Assert.Contains(before.Info.Problems, p => p.Id == ProblemKinds.TracingOff.Id);
        Assert.Contains(before.Problems, p => p.Id == ProblemKinds.TracingOff.Id);

        Assert.Contains("exit 0", guest.Text("on.check"), StringComparison.Ordinal);
        Assert.Contains("exit 1", guest.Text("ftrace.check"), StringComparison.Ordinal);
        Assert.Contains("kernel.ftrace_enabled was switched off", guest.Text("ftrace.check"), StringComparison.Ordinal);
    }
}
