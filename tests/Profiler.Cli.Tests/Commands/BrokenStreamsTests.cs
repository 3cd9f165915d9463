using Profiler.Core;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Commands;

/// <summary>The program as a shell starts it, with standard streams that are closed, full, or read by nobody any more.</summary>
public sealed class BrokenStreamsTests : IDisposable
{
    private readonly TemporaryFile _recording = new(new StagedCapture(StagedEvents.ShutdownInFlight).Recording());

    public static TheoryData<string> Verbs =>
        ["--help", "--version", "check --help", "report $R", "report --format json $R", "report --format html $R", "export --format csv $R",
        "export --format jsonl $R", "export --format perfetto $R", "top --json --from $R --speed 1000000", "top --from $R --speed 1000000", "check"];

    public void Dispose() => _recording.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_full_standard_output_is_one_line_and_3(string verb)
    {
        (int code, string error) = Shell($"vfioscope {verb} >/dev/full");
        Assert.Equal(ExitCode.NotPossible, code);
        Assert.Equal("vfioscope: standard output cannot be written: No space left on device", LastLine(error));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_closed_standard_output_is_one_line_and_3(string verb)
    {
        (int code, string error) = Shell($"vfioscope {verb} >&-");
        Assert.Equal(ExitCode.NotPossible, code);
        Assert.Equal("vfioscope: standard output cannot be written: Bad file descriptor", LastLine(error));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_reader_that_went_away_ends_it_quietly(string verb)
    {
        // A pipe that nobody has open for reading any more.
        (int code, string error) = Shell($"mkfifo pipe; exec 5<>pipe 6>pipe 5>&-; vfioscope {verb} >&6");
        Assert.Equal(ExitCode.BrokenPipe, code);
        Assert.DoesNotContain("cannot be written", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frobnicate", "2>&-", 2)]
    [InlineData("frobnicate", "2>/dev/full", 2)]
    [InlineData("report /no/such/file", "2>&-", 2)]
    [InlineData("report $R", "2>&- >/dev/full", 3)]
    [InlineData("top --from $R --speed 1000000", "2>/dev/full >/dev/null", 0)]
    [InlineData("top --from $R --speed 1000000", "2>&- >/dev/null", 0)]
    [InlineData("report $R", "0<&- 1>&- 2>&-", 3)]
    [InlineData("record -o $D/x --duration soon", "2>&-", 2)]
    public void Without_standard_error_the_exit_code_still_tells(string verb, string streams, int code) =>
        Assert.Equal(code, Shell($"vfioscope {verb} {streams}").Code);

    [Fact]
    public void What_is_written_to_a_file_does_not_end_up_in_a_closed_stream_s_place()
    {
        Assert.Equal(0, Shell("vfioscope report $R -o $D/text 0<&- 1>&- 2>&- && grep -q probes $D/text").Code);
    }

    [Fact]
    public void Standard_output_is_a_file_like_others()
    {
        Assert.Equal((0, ""), Shell(
            "vfioscope report $R -o $D/a; { echo first; vfioscope report $R -o /dev/stdout; echo last; } >$D/b; " +
            "cmp <(echo first; cat $D/a; echo last) $D/b; vfioscope report $R -o /proc/self/fd/7 7>$D/c; cmp $D/a $D/c; " +
            "vfioscope report $R -o /dev/stdout | cmp $D/a -"));
    }

    [Theory]
    [InlineData("report $R")]
    [InlineData("report --json $R")]
    [InlineData("--help")]
    public void What_is_written_to_a_terminal_has_no_escape_sequences(string verb) =>
        Assert.Equal((0, ""), Shell($"script -qec \"vfioscope {verb}\" /dev/null >out </dev/null && test -s out && ! grep -q $'\\e' out"));

    [Fact]
    public void An_internal_error_is_one_line_and_3_also_of_another_thread()
    {
        (int code, string error) = Shell(
            $"{StartupHook.Program} top --from $R >/dev/null 2>err & " +
            "wait_for 60 test -s err; kill -USR1 $!; wait $!; code=$?; cat err >&2; exit $code");
        Assert.Equal(ExitCode.NotPossible, code);
        Assert.Equal(
            "vfioscope: internal error: InvalidOperationException: a defect (VFIOSCOPE_DEBUG=1 shows where)", LastLine(error));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_to_be_started_is_not_looked_for_in_the_current_directory()
    {
        (int code, string error) = Shell("printf '#!/bin/sh\\ntouch $D/ran\\n' >evil; chmod +x evil; vfioscope record -o $D/x -- evil; code=$?; [ ! -e $D/ran ] && exit $code");
        Assert.Equal((2, "vfioscope: evil cannot be started: it is not in PATH\n"), (code, error));
    }

    [Theory]
    [InlineData("report $'/no\\e[31m/such\\n\\u202efile'")]
    [InlineData("$'frob\\e]0;x\\anicate'")]
    [InlineData("report $R --vm $'\\e[2J'")]
    [InlineData("report --pid $'\\e[2J' $R")]
    [InlineData("compare $R $'/no/such/\\e[2J'")]
    [InlineData("record -o $'/no/such/\\e[2J' --duration 1s")]
    [InlineData("record -o $D/x -- $'\\e[2J'")]
    [InlineData("release --mode close $'\\e[2J'")]
    [InlineData("serve --web.config.file $'/no/\\e[2J'")]
    [InlineData("top --from $'/no/\\e[2J'")]
    public void What_was_typed_comes_back_as_one_harmless_line(string verb)
    {
        (int code, string error) = Shell($"vfioscope {verb}");
        Assert.InRange(code, 1, 3);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.DoesNotContain(error.TrimEnd('\n'), c => char.IsControl(c) || c is >= '\u202a' and <= '\u202e');
    }

    private static string LastLine(string text) => text.TrimEnd('\n').Split('\n')[^1];

    private (int Code, string Error) Shell(string script) => Support.Shell.Run(script, _recording.Path);
}
