using System.CommandLine;
using System.CommandLine.Parsing;
using Profiler.Core;

namespace Profiler.Cli.Usage;

/// <summary>
/// What is wrong with a command line, in one line: what, and what to write instead. System.CommandLine's own messages name
/// types of .NET, and it takes an unknown option for an argument.
/// </summary>
internal static class UsageError
{
    /// <summary>The first error; null if there is none, or help or the version is asked for.</summary>
    public static UserException? Of(ParseResult parsed)
    {
        if (parsed.Action is { ClearsParseErrors: true })
            return null;
        Command command = parsed.CommandResult.Command;
        string? error = Unknown(parsed) ?? BadOption(parsed) ?? Missing(parsed) ?? (parsed.Errors is [var first, ..] ? first.Message : null);
        string help = command is RootCommand ? "vfioscope --help" : $"vfioscope {command.Name} --help";
        return error is null ? null : UserException.Usage($"{error} (see '{help}')");
    }

    private static string? Unknown(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string? token = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        if (command is RootCommand && token is not (null or ['-', ..]))
            return UnknownCommand(token, command);
        if (UnknownOption(parsed) is { } option)
            return UnknownOption(option.Split('=')[0], command, parsed.RootCommandResult.Command);
        return token is null ? null : $"unexpected argument '{token}': write {HelpPage.UsageOf(command)}";
    }

    /// <summary>There is no such command.</summary>
    public static string UnknownCommand(string name, Command root)
    {
        string[] all = [.. root.Subcommands.Select(c => c.Name)];
        return $"unknown command '{name}': " +
            (Suggestion.For(name, all) is { } near ? $"did you mean {near}?" : $"the commands are {string.Join(", ", all)}");
    }

    // The library takes them for arguments where there may be arguments.
    private static string? UnknownOption(ParseResult parsed)
    {
        var values = new HashSet<Token>(
            parsed.CommandResult.Children.OfType<OptionResult>().SelectMany(o => o.Tokens), ReferenceEqualityComparer.Instance);
        return parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash)
            .FirstOrDefault(t => t is { Type: TokenType.Argument, Value: ['-', _, ..] } && !values.Contains(t))?.Value;
    }

    private static string UnknownOption(string name, Command command, Command root)
    {
        string[] others = [.. root.Subcommands.Where(c => c != command && NamesOf(c).Contains(name)).Select(c => c.Name)];
        string help =
            name.Length > 2 && Suggestion.For(name, NamesOf(command).Where(n => n.Length > 2)) is { } near ? $": did you mean {near}?"
            : others.Length > 0 ? $": it is an option of {string.Join(" and ", others)}"
            : command.Arguments.Any(a => a.Arity.MaximumNumberOfValues > 1) ? ": put -- before arguments that begin with -"
            : "";
        return $"unknown option '{name}'{help}";
    }

    private static string? BadOption(ParseResult parsed)
    {
        string[] names = [.. NamesOf(parsed.CommandResult.Command)];
        foreach (OptionResult given in parsed.CommandResult.Children.OfType<OptionResult>().Where(o => o.IdentifierTokenCount > 0))
        {
            Option option = given.Option;
            if (given.IdentifierTokenCount > 1 && option.Arity.MaximumNumberOfValues == 1 && !HelpPage.IsFlag(option))
                return $"{option.Name} is given {Times(given.IdentifierTokenCount)}: give it once";
            // The library takes the next option for the value.
            if (given.Tokens.Count < option.Arity.MinimumNumberOfValues || given.Tokens is [var value, ..] && names.Contains(value.Value))
                return $"{option.Name} needs a value: write {HelpPage.Named(option)}";
            if (parsed.Errors.FirstOrDefault(e => e.SymbolResult == given || e.SymbolResult?.Parent == given) is not { } error)
                continue;
            // The library's own, of an option that has no parser of ours.
            return error.Message.Contains("System.", StringComparison.Ordinal)
                ? $"{option.Name} {given.Tokens[0].Value}: write {HelpPage.Named(option)}, a whole number"
                : error.Message;
        }
        return null;
    }

    private static string? Missing(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        foreach (Option option in command.Options.Where(o => o.Required))
        {
            if (parsed.GetResult(option) is not { IdentifierTokenCount: > 0 })
                return $"{option.Name} is missing: write {HelpPage.UsageOf(command)}";
        }
        foreach (Argument argument in command.Arguments)
        {
            if ((parsed.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues)
                return $"{argument.Name} is missing: write {HelpPage.UsageOf(command)}";
        }
        return null;
    }

    private static IEnumerable<string> NamesOf(Command command) =>
        command.Options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Append(o.Name));

    private static string Times(int count) => count == 2 ? "twice" : $"{count} times";
}
