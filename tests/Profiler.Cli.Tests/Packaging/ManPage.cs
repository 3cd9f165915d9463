using System.CommandLine;
using System.Globalization;
using System.Text;
using Profiler.Cli.Usage;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>The man page of a command, from the same table as its help: man-pages(7) for the sections, groff_man(7) for the macros.</summary>
internal static class ManPage
{
    /// <summary>vfioscope.1 for the program, vfioscope-report.1 for a command.</summary>
    public static string FileName(Command command) => $"{Title(command)}.1";

    public static string Of(Command command)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $".TH {Escaped(Title(command)).ToUpperInvariant()} 1 \"\" vfioscope \"User Commands\"\n");
        // Nothing is hyphenated or filled to the right margin: names of options can be copied.
        page.Append(".nh\n.ad l\n");
        Section(page, "NAME", $"{Escaped(Title(command))} \\- {Escaped(Summary(command))}");
        Section(page, "SYNOPSIS", Synopsis(command));
        Section(page, "DESCRIPTION", Escaped(command.Description!));
        if (ManPageNotes.Of(command) is { Length: > 0 } notes)
            page.AppendJoin("", notes.Select(note => $".PP\n{Escaped(note)}\n"));
        List(page, "COMMANDS", command.Subcommands.Where(c => !c.Hidden).Select(c => ($"\\fBvfioscope\\-{c.Name}\\fR(1)", c.Description!)));
        List(page, "ARGUMENTS", command.Arguments.Select(a => ($"\\fI{Escaped(a.Name)}\\fR", a.Description!)));
        List(page, "OPTIONS", HelpPage.OptionsOf(command).Select(o => (Label(o), HelpPage.DescriptionOf(o))));
        List(page, "ENVIRONMENT", ManPageNotes.EnvironmentOf(command));
        List(page, "FILES", ManPageNotes.FilesOf(command));
        Section(page, "EXAMPLES", ".nf\n" + string.Join('\n', Examples.Of(command).Select(Escaped)) + "\n.fi");
        Section(page, "EXIT STATUS", Escaped(HelpPage.ExitCodes["Exit codes: ".Length..]));
        Section(page, "SEE ALSO", SeeAlso(command));
        return page.ToString();
    }

    /// <summary>A text in which roff sees no command: https://man7.org/linux/man-pages/man7/roff.7.html.</summary>
    private static string Escaped(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? $"\\&{escaped}" : escaped;
    }

    private static string Title(Command command) => command is RootCommand ? "vfioscope" : $"vfioscope-{command.Name}";

    // "Shows what happened in a recording, shutdown by shutdown." as "shows what happened in a recording", for apropos.
    private static string Summary(Command command)
    {
        string first = command.Description!.Split(". ")[0].TrimEnd('.').Split(": ")[0];
        return char.ToLowerInvariant(first[0]) + first[1..];
    }

    private static string Synopsis(Command command)
    {
        string[] words = HelpPage.UsageOf(command).Split(' ');
        int called = command is RootCommand ? 1 : 2;
        return $"\\fB{Escaped(string.Join(' ', words[..called]))}\\fR {Escaped(string.Join(' ', words[called..]))}";
    }

    private static string Label(Option option)
    {
        string value = HelpPage.Named(option)[option.Name.Length..];
        return string.Join(", ", HelpPage.NamesOf(option).Select(name => $"\\fB{Escaped(name)}\\fR")) + (value.Length == 0 ? "" : $" \\fI{Escaped(value[1..])}\\fR");
    }

    private static string SeeAlso(Command command)
    {
        IEnumerable<string> ours = command is RootCommand ? command.Subcommands.Select(c => c.Name)
            : command.Parents.OfType<RootCommand>().Single().Subcommands.Where(c => c != command).Select(c => c.Name).Prepend("");
        string[] pages = [.. ours.Select(name => name.Length == 0 ? "vfioscope" : $"vfioscope\\-{name}")];
        return string.Join('\n', pages.Select((name, i) => $".BR {name} (1){(i < pages.Length - 1 ? "," : "")}"));
    }

    private static void Section(StringBuilder page, string title, string text) => page.Append(CultureInfo.InvariantCulture, $".SH {title}\n{text}\n");

    private static void List(StringBuilder page, string title, IEnumerable<(string Name, string Text)> items)
    {
        (string Name, string Text)[] all = [.. items];
        if (all.Length == 0)
            return;
        page.Append(CultureInfo.InvariantCulture, $".SH {title}\n");
        foreach ((string name, string text) in all)
            page.Append(CultureInfo.InvariantCulture, $".TP\n{name}\n{Escaped(text)}\n");
    }
}
