using System.CommandLine;
using Profiler.Cli.Commands;
using Profiler.Cli.Usage;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>What can be completed after an option, or as an argument.</summary>
internal enum Completed
{
    /// <summary>A flag, or a value that no shell knows.</summary>
    Nothing,

    /// <summary>One of <see cref="UsageOption.Values"/>.</summary>
    Values,

    File,

    /// <summary>A program and its arguments, after --.</summary>
    Program,

    /// <summary>A command of vfioscope.</summary>
    Command,
}

/// <param name="Names">The shortest first.</param>
/// <param name="Value">What stands for the value; empty for a flag.</param>
/// <param name="Values">All values there are; empty if they are not known.</param>
/// <param name="Repeated">May be given more than once.</param>
internal sealed record UsageOption(string[] Names, string Description, string Value, Completed Completed, string[] Values, bool Repeated);

/// <param name="Name">Empty for the program.</param>
/// <param name="Argument">What an argument is; <see cref="Completed.Nothing"/> if there is none.</param>
internal sealed record UsageCommand(string Name, string Description, UsageOption[] Options, Completed Argument);

/// <summary>Commands and options as completions need them.</summary>
internal static class UsageTable
{
    /// <summary>The program itself comes first.</summary>
    public static UsageCommand[] All()
    {
        RootCommand root = CommandLine.Create();
        return [.. root.Subcommands.Where(c => !c.Hidden).Prepend(root).Select(Of)];
    }

    private static UsageCommand Of(Command command) => new(
        command is RootCommand ? "" : command.Name, command.Description!, [.. HelpPage.OptionsOf(command).Select(Of)],
        command.Arguments is [var argument, ..] ? OfArgument(command.Name, argument.Name) : Completed.Nothing);

    private static UsageOption Of(Option option)
    {
        string value = HelpPage.IsFlag(option) ? "" : HelpPage.ValueName(option);
        string[] values = value.Contains('|', StringComparison.Ordinal) ? value.Split('|') : [];
        Completed completed = values.Length > 0 ? Completed.Values : value is "FILE" or "FILE..." ? Completed.File : Completed.Nothing;
        return new UsageOption(
            [.. HelpPage.NamesOf(option)], option.Description!, value, completed, values, option.Arity.MaximumNumberOfValues > 1);
    }

    private static Completed OfArgument(string command, string argument) => (command, argument) switch
    {
        ("help", _) => Completed.Command,
        (_, "COMMAND") => Completed.Program,
        (_, "FILE" or "BEFORE" or "AFTER") => Completed.File,
        _ => Completed.Nothing,
    };
}
