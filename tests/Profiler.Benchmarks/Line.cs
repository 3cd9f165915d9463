using System.Globalization;

namespace Profiler.Benchmarks;

/// <summary>A line of the table of <c>make bench</c>; tests/bench/README.md has the contract.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Wanted">What it should be; "-" if nobody said.</param>
/// <param name="Measured">What it was.</param>
/// <param name="Beside">The same of a peer or a baseline in the same run, and the ratio to it.</param>
internal sealed record Line(string Name, string Wanted, string Measured, string Beside)
{
    public override string ToString() => string.Join('\t', Name, Wanted, Measured, Beside);

    /// <summary>"1.25 ms", "340 µs", "12.0 ns".</summary>
    public static string Time(double ns) => ns switch
    {
        >= 1e9 => Text($"{ns / 1e9:0.00} s"),
        >= 1e6 => Text($"{ns / 1e6:0.00} ms"),
        >= 1e3 => Text($"{ns / 1e3:0.0} µs"),
        _ => Text($"{ns:0.0} ns"),
    };

    /// <summary>"637 KiB", "12.3 MiB", "120 B".</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 10 * 1024 * 1024 => Text($"{bytes / 1024 / 1024:0.0} MiB"),
        >= 10 * 1024 => Text($"{bytes / 1024:0} KiB"),
        _ => Text($"{bytes:0} B"),
    };

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
