using System.Globalization;
using System.Text.RegularExpressions;
using Profiler.Core.Capture;

namespace Profiler.Host.Files;

/// <summary>
/// The name of a kept recording: <c>kept-20261130T051407Z-17.2s-web-1.vfioscope</c>, <c>kept-20261130T051407Z-asked.vfioscope</c> for one
/// that someone asked for. Names in the order of their characters are in the order of time.
/// </summary>
/// <param name="At">When the shutdown or start ended, UTC, to the second.</param>
/// <param name="Seconds">How long it took; null for one that someone asked for.</param>
/// <param name="Process">The VM or other process, with only letters, digits, '.', '_' and '-' of ASCII; null for one that someone asked for.</param>
public sealed partial record KeptName(DateTimeOffset At, double? Seconds, string? Process)
{
    /// <summary>The files of a directory that may be kept recordings.</summary>
    public const string Pattern = "kept-*.vfioscope";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int MaxProcess = 64;

    /// <summary>The name of a file.</summary>
    /// <param name="life">What is kept.</param>
    /// <param name="number">Distinguishes files that else had the same name; 1 for none.</param>
    public static string Of(KeptLife life, int number = 1)
    {
        string at = life.At.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);
        string what = life.Name is { } name ? string.Create(CultureInfo.InvariantCulture, $"{life.DurationNs / 1e9:0.0}s-{Safe(name)}") : "asked";
        return $"kept-{at}-{what}{(number == 1 ? "" : $"~{number}")}.vfioscope";
    }

    /// <summary>Reads the name of a file; null if it is none of ours.</summary>
    public static KeptName? Parse(string file)
    {
        if (Name().Match(file) is not { Success: true } match ||
            !DateTimeOffset.TryParseExact(
                match.Groups["at"].ValueSpan, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
            return null;
        return match.Groups["process"].Success
            ? new KeptName(at, double.Parse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["process"].Value)
            : new KeptName(at, null, null);
    }

    /// <summary>A name of a VM as a part of a file's name: whatever it is, it stays in the directory, on its line and is no option.</summary>
    private static string Safe(string name)
    {
        string cut = name.Length <= MaxProcess ? name : name[..MaxProcess];
        return cut.Length == 0 ? "_" : string.Concat(cut.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));
    }

    [GeneratedRegex(@"^kept-(?<at>\d{8}T\d{6}Z)-(?:asked|(?<seconds>\d{1,9}\.\d)s-(?<process>[A-Za-z0-9._-]{1,64}))(?:~\d{1,4})?\.vfioscope$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
