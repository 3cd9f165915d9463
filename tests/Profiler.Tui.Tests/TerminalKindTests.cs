using Profiler.Core.Capture;
using Profiler.Tui.Terminal;
using Profiler.Tui.Tests.Screens;
using Profiler.Tui.Tests.Support;
using Terminal.Gui.Views;

namespace Profiler.Tui.Tests;

/// <summary>What terminals get, by what they can do.</summary>
public sealed class TerminalKindTests
{
    private static readonly ProfileState State = ScreenTests.Serial.StateAt(11.5);

    [Theory]
    [InlineData("TERM=xterm-256color LANG=C.UTF-8", true, true)]
    [InlineData("TERM=linux LANG=en_US.UTF-8", true, true)]
    [InlineData("TERM=xterm NO_COLOR=1 LANG=C.UTF-8", false, true)]
    [InlineData("TERM=xterm NO_COLOR= LANG=C", true, false)]
    [InlineData("TERM=vt100 LANG=C.UTF-8", false, true)]
    public void The_environment_says_what_it_can_do(string environment, bool colours, bool unicode) =>
        Assert.Equal(new TerminalKind(colours, unicode), TerminalKind.Of(Variables(environment)));

    [Theory]
    [InlineData("TERM=dumb LANG=C.UTF-8")]
    [InlineData("TERM=")]
    [InlineData("LANG=C.UTF-8")]
    public void One_that_cannot_be_drawn_on_gets_lines_of_text(string environment) => Assert.Null(TerminalKind.Of(Variables(environment)));

    [Theory]
    [InlineData("LANG=de_DE.UTF-8", true)]
    [InlineData("LANG=C.utf8", true)]
    [InlineData("LANG=en_US.UTF-8 LC_ALL=C", false)]
    [InlineData("LC_CTYPE=UTF-8 LANG=C", true)]
    [InlineData("LANG=de_DE.ISO-8859-1", false)]
    [InlineData("X=", false)]
    public void The_locale_says_whether_it_understands_UTF8(string environment, bool expected) =>
        Assert.Equal(expected, TerminalKind.IsUtf8(Variables(environment)));

    [Fact]
    public void With_colours_they_are_the_sixteen_of_the_terminal()
    {
        string sent = Sent(new TerminalKind(Colours: true, Unicode: true));
        Assert.Matches("\e\\[[0-9;]*3[1-6]m", sent);
        Assert.DoesNotMatch("\e\\[[0-9;]*[34]8;[25];", sent);
    }

    [Fact]
    public void Without_colours_there_are_none()
    {
        string sent = Sent(new TerminalKind(Colours: false, Unicode: true));
        Assert.DoesNotMatch("\e\\[[0-9;]*[349][0-8](;[0-9;]*)?m", sent);
        Assert.Matches("\e\\[[0-9;]*7m", sent); // what is selected and headings are still seen
    }

    [Fact]
    public void Without_Unicode_all_is_ASCII_and_as_wide()
    {
        ProfileState state = (ScreenTests.Serial with { VmNames = new Dictionary<int, string> { [4711] = "日本é" } }).StateAt(11.5);
        using var terminal = new HeadlessTerminal(80, 24, new TerminalKind(Colours: true, Unicode: false));
        terminal.Show(state, ViewState.First);
        Assert.All(terminal.Text, c => Assert.True(char.IsAscii(c), terminal.Text));
        Assert.Contains(terminal.Lines, line => line.Contains("devices ####=---", StringComparison.Ordinal));
        Assert.All(terminal.Lines, line => Assert.Equal(80, line.Length));
    }

    [Fact]
    public void Without_Unicode_the_question_is_asked_all_the_same()
    {
        using var terminal = new HeadlessTerminal(80, 24, new TerminalKind(Colours: true, Unicode: false));
        terminal.Show(State, ViewState.First);
        using Dialog dialog = ClearDialog.Create(terminal.Kind);
        using (terminal.InFront(dialog))
        {
            Assert.Contains("Clear statistics?", terminal.Text, StringComparison.Ordinal);
            Assert.Contains("c clears, k or Esc keeps.", terminal.Text, StringComparison.Ordinal);
        }
    }

    private static string Sent(TerminalKind kind)
    {
        using var terminal = new HeadlessTerminal(80, 24, kind);
        return terminal.SentBy(() => terminal.Show(State, ViewState.First));
    }

    private static Func<string, string?> Variables(string environment) =>
        environment.Split(' ').Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]).GetValueOrDefault;
}
