using System.CommandLine;
using System.Globalization;
using System.Text;
using Profiler.Core;
using Profiler.Report;

namespace Profiler.Cli.Usage;

/// <summary>The help of a command as text, 80 columns wide.</summary>
internal static class HelpPage
{
    private const int Width = 80, Indent = 2, Gap = 2, MaxNameColumn = 30;

    public static string Of(Command command)
    {
        var page = new StringBuilder();
        Paragraph.Append(page, command.Description ?? "", Width, "", "");
        page.Append(CultureInfo.InvariantCulture, $"\nUsage: {UsageOf(command)}\n");
        Section(page, "Commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
        Section(page, "Arguments", command.Arguments.Select(a => (a.Name, a.Description ?? "")));
        Section(page, "Options", OptionsOf(command).Select(o => (Label(o), DescriptionOf(o))));
        string[] examples = Examples.Of(command);
        if (examples.Length > 0)
            page.Append("\nExamples:\n").AppendJoin("", examples.Select(e => $"  {e}\n"));
        if (command is RootCommand)
        {
            page.Append('\n');
            Paragraph.Append(page, ExitCodes, Width, "", "");
        }
        return page.ToString();
    }

    /// <summary>"vfioscope report FILE [OPTIONS]".</summary>
    public static string UsageOf(Command command)
    {
        if (command is RootCommand)
            return $"{Program} COMMAND [OPTIONS]";
        IEnumerable<string> parts =
        [
            Program, command.Name,
            .. command.Options.Where(o => o.Required).Select(Named),
            "[OPTIONS]",
            .. command.Arguments.Select(ArgumentOf),
        ];
        return string.Join(' ', parts);
    }

    /// <summary>"--pid PID"; the name alone for a flag.</summary>
    public static string Named(Option option) => IsFlag(option) ? option.Name : $"{option.Name} {ValueName(option)}";

    /// <summary>What the option does without being given, as it would be written; null if there is no such value.</summary>
    public static string? DefaultOf(Option option) =>
        IsFlag(option) || !option.HasDefaultValue ? null : Text(option.GetDefaultValue());

    /// <summary>What stands for an option's value: "PID", "N", "text|json".</summary>
    public static string ValueName(Option option) =>
        option.HelpName ?? (Type.GetTypeCode(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) switch
        {
            TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 => "N",
            _ => "VALUE",
        });

    public static bool IsFlag(Option option) => option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0;

    /// <summary>How the program is called.</summary>
    public const string Program = "vfioscope";

    /// <summary>What its exit codes mean.</summary>
    public const string ExitCodes =
        "Exit codes: 0 done, 1 the answer is no, 2 wrong usage or bad input, 3 not permitted or not supported, " +
        "128 and the signal's number when a signal ended it early.";

    /// <summary>The options that are shown. One of the program itself, --help, is one of each command.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options
        .Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options.Where(o => o.Recursive)))
        .Where(o => !o.Hidden);

    /// <summary>"-o" and "--output", the shortest first.</summary>
    public static IEnumerable<string> NamesOf(Option option) => option.Aliases.Append(option.Name).Distinct().OrderBy(name => name.Length);

    private static string Label(Option option) => string.Join(", ", NamesOf(option)) + Named(option)[option.Name.Length..];

    /// <summary>What the option does, and its default.</summary>
    public static string DescriptionOf(Option option) =>
        (option.Description ?? "") +
        (option.Required ? " [required]" : DefaultOf(option) is { Length: > 0 } text ? $" [default: {text}]" : "");

    private static string ArgumentOf(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        TimeSpan duration => DurationText.Of(duration),
        Enum name => EnumNames.Of(name),
        System.Collections.IEnumerable items and not string => string.Join(' ', items.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static void Section(StringBuilder page, string title, IEnumerable<(string Name, string Text)> lines)
    {
        (string Name, string Text)[] all = [.. lines];
        if (all.Length == 0)
            return;
        int column = Indent + Gap + all.Select(l => l.Name.Length).Where(length => length <= MaxNameColumn).DefaultIfEmpty(MaxNameColumn).Max();
        page.Append(CultureInfo.InvariantCulture, $"\n{title}:\n");
        foreach ((string name, string text) in all)
        {
            string start = new string(' ', Indent) + name;
            string indent = new(' ', column);
            // A name too long for its column has a line of its own.
            if (start.Length + Gap > column)
                page.Append(start).Append('\n');
            Paragraph.Append(page, text, Width, start.Length + Gap <= column ? start.PadRight(column) : indent, indent);
        }
    }
}
