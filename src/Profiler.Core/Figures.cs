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

    /// <summary>A size with a suitable unit: "1.5 GiB", "64 MiB", "4 KiB", "12 bytes".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => Count(bytes, "byte"),
        < 1 << 20 => $"{bytes / 1024.0:0.#} KiB",
        < 1 << 30 => $"{bytes / (double)(1 << 20):0.#} MiB",
        < 1L << 40 => $"{bytes / (double)(1 << 30):0.##} GiB",
        _ => $"{bytes / (double)(1L << 40):0.##} TiB",
    };

    /// <summary>Bytes in a time, decimal: "12.5 GB/s"; "-" if it took no time.</summary>
    public static string Rate(long bytes, long ns) => ns <= 0 ? "-" : $"{Digits((double)bytes / ns)} GB/s";

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
