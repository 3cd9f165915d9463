namespace Profiler.Core;

/// <summary>Durations, counts and lists in texts.</summary>
public static class Figures
{
    // Maximum number of listed items; the rest is only counted.
    private const int MaxListed = 4;

    /// <summary>A measured duration with a suitable unit: "17.210 s", "1.052 s", "523 ms", "8.40 µs"; "0" for none.</summary>
    public static string Text(long ns) => ns switch
    {
        0 => "0",
        < 1_000 => $"{ns} ns",
        < 1_000_000 => $"{Digits(ns / 1e3)} µs",
        < 1_000_000_000 => $"{Digits(ns / 1e6)} ms",
        < 100_000_000_000 => $"{ns / 1e9:0.000} s",
        _ => $"{ns / 1e9:0.0} s",
    };

    /// <summary>A limit or setting without trailing zeros: "10 s", "0.5 s".</summary>
    public static string Limit(long ns) => $"{ns / 1e9:0.###} s";

    /// <summary>"1 device", "16 devices".</summary>
    public static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <summary>"a, b, c, d and 12 more", without duplicates.</summary>
    public static string List(IEnumerable<string> items)
    {
        string[] all = [.. items.Distinct()];
        // "and 1 more" is not shorter than the item.
        bool whole = all.Length <= MaxListed + 1;
        return string.Join(", ", whole ? all : all.Take(MaxListed)) + (whole ? "" : $" and {all.Length - MaxListed} more");
    }

    private static string Digits(double value) => value < 10 ? $"{value:0.00}" : value < 100 ? $"{value:0.0}" : $"{value:0}";
}
