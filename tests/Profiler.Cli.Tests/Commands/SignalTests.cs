using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Commands;

/// <summary>What signals do where nothing is attached; Profiler.Lab.Tests has those where programs are.</summary>
public sealed class SignalTests : IDisposable
{
    // A shell has its background jobs ignore SIGINT, until env makes that undone.
    private const string Started = "wait_for 60 grep -q scope /proc/$!/comm;";

    private readonly TemporaryFile _recording = new(new StagedCapture("1.0 7/7 qemu release begin 0000:01:00.0").Recording());

    public void Dispose() => _recording.Dispose();

    // The recording never comes: whether the signal is there before the report is begun makes no difference.
    [Theory]
    [InlineData("HUP", 129)]
    [InlineData("INT", 130)]
    [InlineData("QUIT", 131)]
    [InlineData("TERM", 143)]
    public void A_report_ends_at_once_and_leaves_no_file(string signal, int code)
    {
        string script = $"mkfifo pipe; exec 5<>pipe; env --default-signal vfioscope report pipe -o out & {Started} kill -{signal} $!; wait $!; code=$?; [ \"$(ls -A)\" = pipe ] || code=99; exit $code";
        Assert.Equal(code, Shell.Run(script, _recording.Path).Code);
    }

    [Fact]
    public void One_that_was_ignored_stays_ignored_as_with_nohup() => Assert.Equal(
        143, Shell.Run("trap '' HUP; mkfifo pipe; exec 5<>pipe; vfioscope report pipe & kill -HUP $!; kill -TERM $!; wait $!", _recording.Path).Code);

    [Theory]
    [InlineData("HUP")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    [InlineData("TERM")]
    public void Serving_ends_by_a_signal_as_it_should(string signal) => Assert.Equal(0, Shell.Run(
        $"env --default-signal vfioscope serve --from $R --web.listen-address 127.0.0.1:0 2>err & wait_for 60 grep -q serving err; kill -{signal} $!; wait $!",
        _recording.Path).Code);
}
