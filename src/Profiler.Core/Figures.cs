namespace Profiler.Core;

/// <summary>Durations and counts for people: three or four significant digits, the unit that fits.</summary>
public static class Figures
{
    /// <summary>"17.21 s", "1.052 s", "523 ms", "8.4 µs"; "0" for nothing.</summary>
    public static string Text(long ns) => ns switch
    {
        0 => "0",
        < 1_000 => $"{ns} ns",
        < 1_000_000 => $"{Digits(ns / 1e3)} µs",
        < 1_000_000_000 => $"{Digits(ns / 1e6)} ms",
        < 100_000_000_000 => $"{ns / 1e9:0.000} s",
        _ => $"{ns / 1e9:0.0} s",
    };

    /// <summary>"1 device", "16 devices".</summary>
    public static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Digits(double value) => value < 10 ? $"{value:0.00}" : value < 100 ? $"{value:0.0}" : $"{value:0}";
}
