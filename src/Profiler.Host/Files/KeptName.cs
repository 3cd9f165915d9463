using System.Globalization;
using System.Text.RegularExpressions;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Host.Files;

/// <summary>
/// The name of a kept recording: <c>kept-20261130T051407Z-17.2s-web-1.vfioscope</c> of a shutdown, <c>kept-…Z-start-17.2s-web-1.vfioscope</c>
/// of a start, <c>kept-…Z-running-40.0s-web-1.vfioscope</c> of a shutdown that is not over, <c>kept-…Z-asked.vfioscope</c> of one that someone
/// asked for. Names in the order of their characters are in the order of time.
/// </summary>
/// <param name="At">When the shutdown or start ended, UTC, to the second; when it was found to be slow if it is <paramref name="Running"/>.</param>
/// <param name="Seconds">How long it took until then; null for one that someone asked for.</param>
/// <param name="Process">The VM or other process, see <see cref="Safe"/>; null for one that someone asked for.</param>
/// <param name="Kind">What it was kept for; null for one that someone asked for.</param>
/// <param name="Running">It was not over.</param>
public sealed partial record KeptName(DateTimeOffset At, double? Seconds, string? Process, KeptKind? Kind, bool Running)
{
    /// <summary>The files of a directory that may be kept recordings.</summary>
    public const string Pattern = "kept-*.vfioscope";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // So that the name of a file fits into an exemplar of OpenMetrics.
    private const int MaxProcess = 48;

    /// <summary>The name of a file.</summary>
    /// <param name="life">What is kept.</param>
    /// <param name="number">Distinguishes files that else had the same name; 1 for none.</param>
    public static string Of(KeptLife life, int number = 1)
    {
        string at = life.At.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);
        string kind = $"{(life.Running ? "running-" : "")}{(life.Kind == KeptKind.Shutdown ? "" : $"{life.Kind.Name()}-")}";
        string what = life.Name is { } name
            ? string.Create(CultureInfo.InvariantCulture, $"{kind}{life.DurationNs / 1e9:0.0}s-{Safe(name)}")
            : "asked";
        return $"kept-{at}-{what}{(number == 1 ? "" : $"~{number}")}.vfioscope";
    }

    /// <summary>Reads the name of a file; null if it is none of ours.</summary>
    public static KeptName? Parse(string file)
    {
        if (Name().Match(file) is not { Success: true } match ||
            !DateTimeOffset.TryParseExact(
                match.Groups["at"].ValueSpan, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
            return null;
        if (!match.Groups["process"].Success)
            return new KeptName(at, null, null, null, false);
        return new KeptName(
            at, double.Parse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["process"].Value,
            KeptKindNames.Kinds.Find(match.Groups["kind"].Value) ?? KeptKind.Shutdown, match.Groups["running"].Success);
    }

    /// <summary>
    /// A name of a VM as a part of a file's name: whatever it is, it stays in the directory, on its line and is no option. At most 48
    /// characters, only letters, digits, '.', '_' and '-' of ASCII; each other character is '_'.
    /// </summary>
    public static string Safe(string name)
    {
        // By characters, not halves of them: so do the templates of the alerts.
        string safe = string.Concat(name.EnumerateRunes().Take(MaxProcess).Select(
            r => r.IsAscii && (char)r.Value is var c && (char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? c : '_'));
        return safe.Length == 0 ? "_" : safe;
    }

    [GeneratedRegex(
        @"^kept-(?<at>\d{8}T\d{6}Z)-(?:asked|(?<running>running-)?(?:(?<kind>start|reset)-)?(?<seconds>\d{1,9}\.\d)s-(?<process>[A-Za-z0-9._-]{1,64}))(?:~\d{1,4})?\.vfioscope$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
