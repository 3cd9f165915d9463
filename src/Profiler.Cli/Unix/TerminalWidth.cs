using System.Globalization;
using Profiler.Linux;
using Profiler.Report;

namespace Profiler.Cli.Unix;

/// <summary>How wide a text may be.</summary>
internal static class TerminalWidth
{
    private const int Stdout = 1;

    /// <summary>
    /// The terminal's columns. Where there is no terminal, <c>COLUMNS</c> of the environment, else
    /// <see cref="TextReport.DefaultWidth"/>.
    /// </summary>
    /// <param name="path">A file that the text goes to; null for stdout.</param>
    public static int For(string? path) => (path is null ? TerminalSize.Columns(Stdout) : null) ?? FromEnvironment() ?? TextReport.DefaultWidth;

    private static int? FromEnvironment() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && columns > 0
            ? columns
            : null;
}
