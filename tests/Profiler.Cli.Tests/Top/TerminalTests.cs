using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Top;

/// <summary>However <c>top</c> ends, the terminal is as it was: seen from outside, by what tmux and stty say.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly TemporaryFile _recording = new(new StagedCapture(StagedEvents.ShutdownInFlight).Recording());
    private readonly TmuxTerminal _terminal = new();
    private readonly string _before;

    public TerminalTests() => _before = _terminal.Ask("stty --save");

    [Theory]
    [InlineData("q")]
    [InlineData("C-c")]
    public void A_key_ends_it(string key) => Ends(() => _terminal.Press(key));

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_signal_ends_it(string signal) => Ends(() => Signal(signal));

    [Fact]
    public void An_exception_that_nobody_catches_ends_it()
    {
        Start(program: StartupHook.Program);
        Signal("USR1");
        IsOver(ExitCode.NotPossible);
    }

    [Fact]
    public void It_can_be_stopped_and_continued()
    {
        Start();
        _terminal.Press("C-z");
        IsStoppedAndGoesOn();
        _terminal.Press("q");
        IsOver(0);
    }

    [Fact]
    public void A_signal_can_stop_it_as_well()
    {
        Start();
        Signal("TSTP");
        IsStoppedAndGoesOn();
        Signal("TERM");
        IsOver(0);
    }

    [Fact]
    public void What_is_asked_in_front_does_not_keep_it_from_ending()
    {
        Start();
        _terminal.Press("x");
        _terminal.WaitFor("Clear statistics?");
        Signal("TERM");
        IsOver(0);
    }

    [Fact]
    public void Statistics_are_cleared_after_asking()
    {
        Start();
        _terminal.Press("x");
        _terminal.WaitFor("Clear statistics?");
        _terminal.Press("k");
        _terminal.WaitFor("the question is gone", () => !_terminal.Screen.Contains("Clear statistics?", StringComparison.Ordinal));
        Assert.DoesNotContain("statistics cleared", _terminal.Screen, StringComparison.Ordinal);
        _terminal.Press("x");
        _terminal.WaitFor("Clear statistics?");
        _terminal.Press("c");
        _terminal.WaitFor("statistics cleared");
        _terminal.Press("q");
        IsOver(0);
    }

    [Fact]
    public void A_filter_is_typed_and_Esc_shows_all_again()
    {
        Start();
        _terminal.Press("/");
        _terminal.WaitFor("Enter keeps it");
        _terminal.Press("q");
        _terminal.WaitFor("/q");
        _terminal.Press("Enter");
        _terminal.WaitFor("q  quit");
        Assert.Contains("/q", _terminal.Screen, StringComparison.Ordinal);
        _terminal.Press("Escape");
        _terminal.WaitFor("all again", () => !_terminal.Screen.Contains("/q", StringComparison.Ordinal));
        _terminal.Press("q");
        IsOver(0);
    }

    [Fact]
    public void With_NO_COLOR_there_is_none_and_else_the_sixteen()
    {
        Start("NO_COLOR=1 ");
        Assert.DoesNotMatch("\e\\[[0-9;]*3[0-7]", _terminal.Colours);
        _terminal.Press("q");
        IsOver(0);
        Start();
        _terminal.WaitFor("colours", () => System.Text.RegularExpressions.Regex.IsMatch(_terminal.Colours, "\e\\[[0-9;]*3[1-6]"));
        Assert.DoesNotMatch("\e\\[[0-9;]*38;", _terminal.Colours);
        _terminal.Press("q");
        IsOver(0);
    }

    [Fact]
    public void A_dumb_terminal_gets_lines_of_text()
    {
        _terminal.Line($"cd {AppContext.BaseDirectory}; clear; TERM=dumb {ShippedProgram.Path} top --from {_recording.Path} --speed 1000 2>/dev/null");
        _terminal.WaitFor("release 0000:90:00.0 by");
        Assert.Equal((false, true), _terminal.Mode);
    }

    public void Dispose()
    {
        _terminal.Dispose();
        _recording.Dispose();
    }

    private void Ends(Action end)
    {
        Start();
        end();
        IsOver(0);
    }

    private void Start(string environment = "", string? program = null)
    {
        _terminal.Line($"cd {AppContext.BaseDirectory}; {environment}{program ?? ShippedProgram.Path} top --from {_recording.Path} 2>/dev/null");
        _terminal.WaitFor("q  quit");
        Assert.Equal((true, false), _terminal.Mode);
    }

    private void IsStoppedAndGoesOn()
    {
        _terminal.WaitFor("Stopped");
        Assert.Equal((false, true), _terminal.Mode);
        Assert.Equal(_before, _terminal.Ask("stty --save"));
        _terminal.Line("fg");
        _terminal.WaitFor("q  quit");
        Assert.Equal((true, false), _terminal.Mode);
    }

    private void IsOver(int code)
    {
        _terminal.WaitFor("the shell again", () => _terminal.Program == "bash");
        Assert.Equal((false, true), _terminal.Mode);
        Assert.Equal($"{code}", _terminal.Ask("echo $?"));
        Assert.Equal(_before, _terminal.Ask("stty --save"));
    }

    private void Signal(string name)
    {
        using var kill = System.Diagnostics.Process.Start("pkill", [$"-{name}", "-f", $"top --from {_recording.Path}"]);
        kill.WaitForExit();
    }
}
