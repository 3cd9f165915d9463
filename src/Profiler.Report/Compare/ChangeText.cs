using Profiler.Core;

namespace Profiler.Report.Compare;

/// <summary>Changes in words: of a duration that is never 0 in percent, else as a duration.</summary>
internal static class ChangeText
{
    private const string None = "-";

    /// <summary>"-84.8 %", "+10.2 ms".</summary>
    public static string Of(Comparison c) => c switch
    {
        { Ratio: { } ratio } => Percent(ratio.Factor - 1),
        { Shift: { } shift } => Duration(shift.Ns),
        _ => None,
    };

    /// <summary>"-86.1 % to -83.0 %"; "-" if there is none.</summary>
    public static string Interval(Comparison c) => c switch
    {
        { Ratio: { AtLeast: { } least, AtMost: { } most } } => $"{Percent(least - 1)} to {Percent(most - 1)}",
        { Shift: { AtLeastNs: { } least, AtMostNs: { } most } } => $"{Duration(least)} to {Duration(most)}",
        _ => None,
    };

    /// <summary>"+12.5 %"; from a doubling on "x2.41".</summary>
    /// <param name="change">0.125 for 12.5 %.</param>
    private static string Percent(double change) => change >= 1 ? $"x{change + 1:0.0#}" : $"{(change < 0 ? "-" : "+")}{Math.Abs(100 * change):0.0} %";

    private static string Duration(long ns) => $"{(ns < 0 ? "-" : ns > 0 ? "+" : "")}{Figures.Text(Math.Abs(ns))}";
}
