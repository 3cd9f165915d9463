using Spectre.Console;

namespace Profiler.Tui;

/// <summary>What a terminal can do.</summary>
/// <param name="Colours">The sixteen; none with NO_COLOR, or where it has none.</param>
/// <param name="Unicode">It understands UTF-8.</param>
internal readonly record struct TerminalKind(bool Colours, bool Unicode)
{
    // The first that is set decides (locale(7)).
    private static readonly string[] Locale = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>The one standard output is; null if it is none, or one that cannot be drawn on.</summary>
    public static TerminalKind? OfOutput()
    {
        Capabilities can = AnsiConsole.Console.Profile.Capabilities;
        return can.Ansi && !Console.IsOutputRedirected
            ? new TerminalKind(can.ColorSystem != ColorSystem.NoColors && !HasNoColor, IsUtf8(Environment.GetEnvironmentVariable))
            : null;
    }

    /// <summary>What the locale says of the terminal's encoding; where it says nothing, ASCII is safe.</summary>
    public static bool IsUtf8(Func<string, string?> environment)
    {
        string? locale = Locale.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is not null && locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }

    // no-color.org: present and not empty, whatever it says.
    private static bool HasNoColor => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
