using System.Globalization;
using Profiler.Metrics.Logging;

namespace Profiler.Metrics.Halves;

/// <summary>What the talking half is told when it is started: its arguments.</summary>
/// <param name="Pair">Descriptor of its end of the pair.</param>
/// <param name="Sockets">Descriptors of the sockets to listen on.</param>
/// <param name="AreOfSystemd">Whether systemd opened them.</param>
/// <param name="Path">Path of the metrics.</param>
/// <param name="MaxRequests">Maximum number of scrapes at a time; 0: no limit.</param>
/// <param name="ConfigFile">The web configuration; null: none.</param>
/// <param name="Level">Of the log.</param>
/// <param name="Format">Of the log.</param>
public sealed record TalkingSettings(
    int Pair, IReadOnlyList<int> Sockets, bool AreOfSystemd, string Path, int MaxRequests, string? ConfigFile, LogLevel Level, LogFormat Format)
{
    /// <summary>The command that <c>serve</c> gives to itself.</summary>
    public const string Command = "serve-http";

    /// <summary>The arguments, from the command on.</summary>
    public string[] ToArguments() =>
    [
        Command, Text(Pair), string.Join(',', Sockets.Select(Text)), AreOfSystemd ? "systemd" : "own", Path, Text(MaxRequests), Level.ToString(),
        Format.ToString(), .. ConfigFile is null ? Array.Empty<string>() : [ConfigFile],
    ];

    /// <summary>Reads them; null if they are none.</summary>
    public static TalkingSettings? From(IReadOnlyList<string> arguments)
    {
        if (arguments.Count is not (8 or 9) || arguments[0] != Command || Number(arguments[1]) is not { } pair || Number(arguments[5]) is not { } requests ||
            !Enum.TryParse(arguments[6], out LogLevel level) || !Enum.TryParse(arguments[7], out LogFormat format))
            return null;
        int?[] sockets = [.. arguments[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)];
        return sockets.Contains(null)
            ? null
            : new TalkingSettings(
                pair, [.. sockets.Select(fd => fd!.Value)], arguments[3] == "systemd", arguments[4], requests, arguments.ElementAtOrDefault(8), level, format);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
