using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Profiler.Cli.Usage;

namespace Profiler.Cli.Commands.Options;

/// <summary>Reads the values of options; each error says what to write.</summary>
internal static class OptionValues
{
    /// <summary>An option that takes one of an enum's values, in lower case; or in any case, where that is usual.</summary>
    public static Option<T> OneOf<T>(string name, string description, T? byDefault = null, bool ignoreCase = false) where T : struct, Enum
    {
        string[] names = [.. EnumNames.All<T>()];
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                if (EnumNames.Parse<T>(result.Tokens[0].Value, ignoreCase) is { } value)
                    return value;
                result.Expects($"{string.Join(", ", names[..^1])} or {names[^1]}");
                return default;
            },
        };
        if (byDefault is { } value)
            option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <summary>A whole number; <paramref name="min"/> with an error added if it is none, or out of range.</summary>
    public static int WholeNumber(ArgumentResult result, int min, int max = int.MaxValue)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max)
            return number;
        result.Expects(max == int.MaxValue ? $"a whole number, {min} or more" : $"a whole number from {min} to {max}");
        return min;
    }

    /// <summary>A size; 0 with an error added if it is none, or out of range.</summary>
    /// <param name="result">The argument.</param>
    /// <param name="min">Bytes.</param>
    /// <param name="max">Bytes.</param>
    /// <param name="example">Between them; only needed with <paramref name="max"/>.</param>
    public static ByteSize Size(ArgumentResult result, ulong min = 0, ulong max = long.MaxValue, string example = "")
    {
        if (ByteSize.Parse(result.Tokens[0].Value) is { } size && size.Bytes >= min && size.Bytes <= max)
            return size;
        result.Expects(max == long.MaxValue ? "a size, such as 512M or 2G" : $"a size from {new ByteSize(min)} to {new ByteSize(max)}, such as {example}");
        return default;
    }

    /// <summary>Adds the error "--option VALUE: write …".</summary>
    public static void Expects(this ArgumentResult result, string expected) =>
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name} {result.Tokens[0].Value}: write {expected}");
}
