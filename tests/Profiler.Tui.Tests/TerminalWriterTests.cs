using Profiler.Tui;
using System.Text;

namespace Profiler.Tui.Tests;

/// <summary>What a terminal is sent.</summary>
public sealed class TerminalWriterTests
{
    private static readonly TerminalKind Best = new(Colours: true, Unicode: true);

    [Fact]
    public void The_first_frame_clears_and_the_terminal_shows_it_at_once()
    {
        string sent = Send(new TerminalWriter(Best), Frame("one", "two"));
        Assert.StartsWith("\e[?2026h\e[0m\e[2J", sent, StringComparison.Ordinal);
        Assert.Contains("\e[2;1H\e[0mtwo  ", sent, StringComparison.Ordinal);
        Assert.EndsWith("\e[?2026l", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_frame_again_is_nothing()
    {
        var writer = new TerminalWriter(Best);
        Send(writer, Frame("one", "two"));
        Assert.Equal("", Send(writer, Frame("one", "two")));
    }

    [Fact]
    public void Only_lines_that_changed_are_sent_and_nothing_is_cleared()
    {
        var writer = new TerminalWriter(Best);
        Send(writer, Frame("one", "two"));
        Assert.Equal("\e[?2026h\e[2;1H\e[0mtoo  \e[0m\e[?2026l", Send(writer, Frame("one", "too")));
    }

    [Fact]
    public void Another_size_clears()
    {
        var writer = new TerminalWriter(Best);
        Send(writer, Frame("one", "two"));
        Assert.Contains("\e[2J", Send(writer, Frame("one", "two", "three")), StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_terminal_was_given_back_all_is_sent_again()
    {
        var writer = new TerminalWriter(Best);
        string first = Send(writer, Frame("one", "two"));
        writer.Forget();
        Assert.Equal(first, Send(writer, Frame("one", "two")));
    }

    [Fact]
    public void Without_colours_there_are_none()
    {
        string sent = Send(new TerminalWriter(Best with { Colours = false }), Frame(("alarm", Ink.Alarm), ("reset", Ink.Resetting)));
        Assert.DoesNotMatch("\e\\[[0-9;]*3[0-9]", sent);
        Assert.Matches("\e\\[[0-9;]*3[0-9]", Send(new TerminalWriter(Best), Frame(("alarm", Ink.Alarm), ("reset", Ink.Resetting))));
    }

    [Fact]
    public void Without_Unicode_all_is_ASCII_and_as_wide()
    {
        string sent = Send(new TerminalWriter(Best with { Unicode = false }), Frame("█▓▒░┃", "日本é"));
        Assert.All(sent, c => Assert.True(char.IsAscii(c)));
        Assert.Contains("#=:-|", sent, StringComparison.Ordinal);
        Assert.Contains("?????", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LANG=de_DE.UTF-8", true)]
    [InlineData("LANG=C.utf8", true)]
    [InlineData("LANG=en_US.UTF-8 LC_ALL=C", false)]
    [InlineData("LC_CTYPE=UTF-8 LANG=C", true)]
    [InlineData("LANG=de_DE.ISO-8859-1", false)]
    [InlineData("X=", false)]
    public void The_locale_says_whether_it_understands_UTF8(string environment, bool expected)
    {
        Dictionary<string, string> variables = environment.Split(' ').Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);
        Assert.Equal(expected, TerminalKind.IsUtf8(variables.GetValueOrDefault));
    }

    private static string Send(TerminalWriter writer, Canvas canvas) => Encoding.UTF8.GetString(writer.Encode(canvas));

    private static Canvas Frame(params string[] lines) => Frame([.. lines.Select(line => (line, Ink.Plain))]);

    private static Canvas Frame(params (string Text, Ink Ink)[] lines)
    {
        var canvas = new Canvas(5, lines.Length);
        for (int y = 0; y < lines.Length; y++)
            canvas.Write(0, y, lines[y].Text, lines[y].Ink);
        return canvas;
    }
}
