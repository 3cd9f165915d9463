using System.CommandLine.Parsing;
using System.Globalization;

namespace Profiler.Cli.Commands.Options;

/// <summary>A percentage on the command line: 10%, 0.5%.</summary>
/// <param name="Fraction">0.1 for 10 %.</param>
internal readonly record struct Percentage(double Fraction)
{
    /// <summary>0 to 1000 %; null with an error added if it is none. A number alone may be meant as a fraction.</summary>
    public static Percentage? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text.EndsWith('%') && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent <= 1000)
            return new(percent / 100);
        result.Expects("a percentage, such as 10%");
        return null;
    }
}
