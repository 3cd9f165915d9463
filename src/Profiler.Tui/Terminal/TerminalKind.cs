namespace Profiler.Tui.Terminal;

/// <summary>Capabilities of a terminal.</summary>
/// <param name="Colours">Sixteen colours; false with NO_COLOR, or if the terminal has none.</param>
/// <param name="Unicode">The terminal supports UTF-8.</param>
public readonly record struct TerminalKind(bool Colours, bool Unicode)
{
    // The first one that is set has priority (locale(7)).
    private static readonly string[] Locale = ["LC_ALL", "LC_CTYPE", "LANG"];

    // terminfo(5) names of terminals with cursor sequences but without colour.
    private static readonly string[] Monochrome = ["vt100", "vt102", "vt220", "vt320", "xterm-mono", "screen.mono"];

    /// <summary>Capabilities of standard output; null if it is not a terminal, or cannot position the cursor.</summary>
    public static TerminalKind? OfOutput() => Console.IsOutputRedirected ? null : Of(Environment.GetEnvironmentVariable);

    /// <summary>Capabilities according to an environment; null if the terminal cannot position the cursor.</summary>
    public static TerminalKind? Of(Func<string, string?> environment)
    {
        string? term = environment("TERM");
        if (string.IsNullOrEmpty(term) || term == "dumb")
            return null;
        // no-color.org: present and not empty, with any value.
        bool colours = string.IsNullOrEmpty(environment("NO_COLOR")) && !Monochrome.Contains(term);
        return new TerminalKind(colours, IsUtf8(environment));
    }

    /// <summary>Encoding according to the locale; without a locale, ASCII is safe.</summary>
    public static bool IsUtf8(Func<string, string?> environment)
    {
        string? locale = Locale.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is not null && locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }
}
