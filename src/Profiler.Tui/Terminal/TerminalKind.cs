namespace Profiler.Tui.Terminal;

/// <summary>What a terminal can do.</summary>
/// <param name="Colours">The sixteen; none with NO_COLOR, or where it has none.</param>
/// <param name="Unicode">It understands UTF-8.</param>
public readonly record struct TerminalKind(bool Colours, bool Unicode)
{
    // The first that is set decides (locale(7)).
    private static readonly string[] Locale = ["LC_ALL", "LC_CTYPE", "LANG"];

    // Terminals of terminfo(5) that know the cursor sequences, and no colour.
    private static readonly string[] Monochrome = ["vt100", "vt102", "vt220", "vt320", "xterm-mono", "screen.mono"];

    /// <summary>The one standard output is; null if it is none, or one that cannot be drawn on.</summary>
    public static TerminalKind? OfOutput() => Console.IsOutputRedirected ? null : Of(Environment.GetEnvironmentVariable);

    /// <summary>The one that an environment tells of; null if it cannot be drawn on.</summary>
    public static TerminalKind? Of(Func<string, string?> environment)
    {
        string? term = environment("TERM");
        if (string.IsNullOrEmpty(term) || term == "dumb")
            return null;
        // no-color.org: present and not empty, whatever it says.
        bool colours = string.IsNullOrEmpty(environment("NO_COLOR")) && !Monochrome.Contains(term);
        return new TerminalKind(colours, IsUtf8(environment));
    }

    /// <summary>What the locale says of the terminal's encoding; where it says nothing, ASCII is safe.</summary>
    public static bool IsUtf8(Func<string, string?> environment)
    {
        string? locale = Locale.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is not null && locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }
}
